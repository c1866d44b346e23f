"""The syslog listener: it hears that somebody changed a device, and files a backup of it.

It files jobs and runs none; whichever process works the queue does them.
"""
