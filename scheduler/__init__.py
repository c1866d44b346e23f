"""The daemon: a table of jobs, and the process that does them when they are due."""
