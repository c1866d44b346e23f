"""The guard of blackholes: what is allowed, held or denied, and why. Pure."""
