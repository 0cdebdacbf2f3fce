"""The claiming station: scan connected devices, see what they are, claim them, keep a receipt."""

__version__ = "0.1.0"
