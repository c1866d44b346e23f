"""What is asked for: scalars and columns by OID, under the names of their MIBs.

Sources: RFC 2863 (IF-MIB), RFC 3418 (SNMPv2-MIB), RFC 3411 (SNMP-FRAMEWORK-MIB).
"""

from __future__ import annotations

from collections.abc import Mapping

SCALARS: Mapping[str, str] = {
    "1.3.6.1.2.1.1.3.0": "sysUpTime",
    "1.3.6.1.6.3.10.2.1.3.0": "snmpEngineTime",
    "1.3.6.1.6.3.10.2.1.2.0": "snmpEngineBoots",
}
NAME = "ifName"
OF_PORTS = ("ifName", "ifHighSpeed", "ifType", "ifAlias")  # what a port is, and not what it counts
OCTETS = ("ifHCInOctets", "ifHCOutOctets")  # first: a poll is stamped with when these were read
COLUMNS: Mapping[str, str] = {  # in the order asked
    "ifName": "1.3.6.1.2.1.31.1.1.1.1",
    "ifHCInOctets": "1.3.6.1.2.1.31.1.1.1.6",
    "ifHCOutOctets": "1.3.6.1.2.1.31.1.1.1.10",
    "ifHCInUcastPkts": "1.3.6.1.2.1.31.1.1.1.7",
    "ifHCOutUcastPkts": "1.3.6.1.2.1.31.1.1.1.11",
    "ifInErrors": "1.3.6.1.2.1.2.2.1.14",
    "ifOutErrors": "1.3.6.1.2.1.2.2.1.20",
    "ifInDiscards": "1.3.6.1.2.1.2.2.1.13",
    "ifOutDiscards": "1.3.6.1.2.1.2.2.1.19",
    "ifCounterDiscontinuityTime": "1.3.6.1.2.1.31.1.1.1.19",
    "ifOperStatus": "1.3.6.1.2.1.2.2.1.8",
    "ifAdminStatus": "1.3.6.1.2.1.2.2.1.7",
    "ifHighSpeed": "1.3.6.1.2.1.31.1.1.1.15",
    "ifType": "1.3.6.1.2.1.2.2.1.3",
    "ifAlias": "1.3.6.1.2.1.31.1.1.1.18",
}
