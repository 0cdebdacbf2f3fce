"""The station's own scanner classes on devices that a kernel emulates, in a guest (see ``tests.guest``)."""
