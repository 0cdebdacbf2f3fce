"""The rules of the registry: what is found, what may be claimed, what stands, and what was answered."""
