"""What became of one device at its vendor: our own codes as sentences, the vendor's own words as they came."""

from .catalogue import has, say


def told_words(code: str, text: str) -> str:
    """A code of ours in words, with what the vendor said behind it; a vendor's code stands as it is."""
    key = f"told.{code.replace('=', '_')}"
    parts = (say(key) if has(key) else code, " ".join(text.split()))
    return " · ".join(part for part in parts if part)


def with_told_words(text: str) -> str:
    """A line with codes of ours among its words, each as the sentence that it stands for."""
    words = [(word, f"told.{word.replace('=', '_')}") for word in text.split()]
    return " ".join(say(key) if has(key) else word for word, key in words)
