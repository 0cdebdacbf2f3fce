"""What the station knows: plain values and rules that import nothing of ours."""
