"""Devices from elsewhere: CSV, NetBox exports, Nornir's SimpleInventory. Pure: texts in, rows out."""
