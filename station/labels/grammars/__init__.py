"""One file a family of labels: each says whether it knows a text, and what the text names."""
