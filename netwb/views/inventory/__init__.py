"""`/inventory`: what there is, how old its last good copy is, and everything that edits it."""
