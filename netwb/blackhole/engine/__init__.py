"""The engine of blackholes: from an alarm to the route, and back again when its time is up.

One process leads at a time: it alone judges alarms and writes to routers. What is to be done stands in the ledger, so that any of them can die at any
moment: the next leader reads it there, and compares it with what stands on the routers.
"""
