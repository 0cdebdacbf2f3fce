"""What is secret in the addresses of network cameras: kept in the system's keyring, never in a file or a log."""

import logging
from hashlib import sha256

from station.core.secret import Secret
from station.credentials import Credentials, KeyringMissingError
from station.secret_file import SecretFileError
from station.ui.camera_doors import Pick

log = logging.getLogger(__name__)
FIELD = "address"


class Addresses:
    """Used by the camera's own thread: a keyring may ask a person to unlock it."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._known: dict[str, Secret] = {}
        self.trouble = ""
        """Why the newest one is kept for this run only; empty where it is kept."""

    def whole(self, pick: Pick) -> Secret:
        """The address with all that is in it: as it was given just now, else as it is kept; empty where it has no more
        than what may be shown. One that is given is kept."""
        owner = owner_of(pick.address)
        if pick.whole:
            if self._known.get(owner) != pick.whole:
                self._known[owner] = pick.whole
                self._keep(owner, pick.whole)
            return pick.whole
        if owner not in self._known:
            self._known[owner] = self._credentials.find(owner, FIELD) or Secret("")
        return self._known[owner]

    def _keep(self, owner: str, whole: Secret) -> None:
        try:
            self._credentials.keep(owner, FIELD, whole)
            self.trouble = ""
        except (KeyringMissingError, SecretFileError, OSError) as error:
            log.warning("the password of a network camera is not kept: %s", type(error).__name__)
            self.trouble = str(error) or type(error).__name__


def owner_of(address: str) -> str:
    """The name under which what is secret of an address is kept."""
    return f"camera_{sha256(address.encode('utf-8', 'replace')).hexdigest()[:12]}"
