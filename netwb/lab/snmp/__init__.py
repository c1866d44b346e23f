"""Simulated SNMP agents."""
