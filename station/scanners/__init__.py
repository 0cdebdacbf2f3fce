"""One file a kind of input; a scan leaves through a callback."""
