"""A tenant's archive somewhere else: pushed after each run, and enough to restore it after a fire."""
