"""`/admin`: who may do what where, and who did what."""
