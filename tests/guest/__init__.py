"""A machine of its own for a test: a Debian kernel in QEMU, with this computer's files, to plug into and to switch off.

The guest boots in software (no virtualisation is needed; /dev/kvm is used where it works), in half a minute on a busy
computer. It sees the whole file system of this computer under the same names, read-only below a layer in its
memory: what it writes is gone at its end. So the environment's Python and the project work inside as they do
outside. Two places last: the disks, and ``/run/guest``, which is ``guest.folder`` of this computer (writable on both
sides; it outlives a kill, and is removed when the ``with`` ends).

    from tests.guest import Disk, Guest, MissingError

    Guest("uname -r").run()                        # -> Ended(status=0, lines=("6.1.0-56-amd64",), …)

    make_ext4(image := tmp_path / "desk.img", megabytes=256)
    with Guest("mount -t ext4 /dev/vda /mnt && exec …/python -u …", disks=(Disk(image),), seconds=240) as guest:
        guest.start()
        guest.wait_for("claim 17 sent")            # a line of the script's output that holds these words
        guest.kill()                               # as if the plug were pulled; the images stay as they are
    # run a second guest on the same image and look at what is left

``script`` is shell (bash) and runs as root with no terminal, in the guest's root folder; its standard output and error
come line by line (``on_line`` hears each at once, ``guest.lines`` holds all). Print lines whole and flushed
(``python -u``). The first disk is /dev/vda, the second /dev/vdb. Modules of the kernel are there: ``modprobe vivid``.
With ``udev=True`` systemd-udevd runs with this computer's rules (it names devices in /dev/input, /dev/v4l).

What a kill loses: whatever the guest holds in its own page cache. What the guest has handed to its disk lies in this
computer's page cache, which nobody loses here: a disk with a volatile cache of its own that loses flushed
writes is not played. ``cache`` of a ``Disk`` is QEMU's word: "writeback" hands the guest's flushes (fsync) to this
computer's disk, "unsafe" leaves them out (quicker, and the same to a kill), "none" goes round the page cache.

``MissingError`` says in one sentence what this computer lacks; a test skips with it (``guest_or_skip``). The kernel
package is fetched once with apt-get (no rights are needed) into build/guest. QEMU must be installed:
``packaging/setup.sh hardware`` does it.
``python -m tests.guest 'COMMAND'`` runs a command in a guest and prints what it says.
"""

from .disks import Disk, make_ext4
from .kernel import MissingError
from .machine import Ended, Guest, GuestError, guest_or_skip

__all__ = ["Disk", "Ended", "Guest", "GuestError", "MissingError", "guest_or_skip", "make_ext4"]
