"""Told of newer versions by a signed index, where the settings name one; nothing here is imported where they do not."""
