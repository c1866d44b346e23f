"""How large a demo is where nobody says."""

DEVICES = 24
