"""Puts a computer's own settings and certificate authorities in place, for every user of it and before the first start.

The folder is ``/etc/claiming-station`` on Linux and ``%PROGRAMDATA%\\ClaimingStation`` on Windows; ``STATION_FLEET`` names
another one, and with ``STATION_HOME`` alone there is none. Two files of fixed names are read there, and an installer may
copy them without this module:

``settings.toml``   the same keys as in a person's own file, which goes before it key by key in ``[station]``,
                    ``[updates]`` and ``[secrets]``. A person's ``[backends.x]`` or ``[scanners.x]`` takes the place of
                    the computer's of that name; one without its ``kind`` changes only the keys that it names.
``ca.pem``          certificate authorities (PEM) that are trusted beside the system's, for every connection and for the
                    index of updates, unless ``[station] ca_file`` names another file.

Both must belong to the user, to root or, on Windows, to the administrators, and not be writable for everybody.
"""

SETTINGS, AUTHORITIES = "settings.toml", "ca.pem"
