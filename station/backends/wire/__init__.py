"""What every backend needs to speak HTTP and JSON with a server that it does not trust."""
