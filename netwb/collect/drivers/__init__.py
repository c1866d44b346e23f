"""NAPALM's drivers, and netmiko's face, on our sessions; and the stock ones where they are wanted.

Floor 3. A user's `napalm_get` and `netmiko_send_command` stay as they are: what changes is that no
fixed sleep is left (80 % of a stock login is sleeping), that host keys are checked, and that a fault
has its true name.
"""
