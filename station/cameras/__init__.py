"""The desk's camera: opened while it is shown, and what became of each code in view."""
