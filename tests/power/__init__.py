"""Power cuts: a desk in a guest works on a disk of its own, the plug is pulled, nothing that beeped may be gone.

    python -m tests.power --runs 30 --control 10        # or: make power-loss

kill -9 cannot show this: what a program has handed to the system outlives the program, and only what it has had
written for good outlives the power. So a Debian kernel runs in QEMU (see ``tests.guest``), with the desk's folder on
ext4 (data=ordered) on a disk with a write cache of its own (``disk``): a kill of QEMU loses what the guest's kernel
had not written yet, and of what it had written but not flushed a share drawn by chance, sector by sector.

The server is a survivor: it runs on this computer and is reached through the guest's network; what has beeped is said
over the guest's serial line. After the cut the file system's journal is played, the desk's folder is taken out of the
image, and a desk is started on it against the same server. It must have every scan that beeped, settle every claim,
claim nothing twice, and agree with the server's ledger (``tests.checker``). The control does the same with
``PRAGMA synchronous = OFF``, where the database does not wait for the disk, and must lose scans in most runs, or the
test proves nothing.

A boot takes a minute or two without virtualisation, so there is one: the guest's memory is written to a file once its
program is ready, and every run takes it up from there, with the same disk as it was then.
"""
