"""The desk's scanners: found, set up, read, recorded, and the keyboard among them."""
