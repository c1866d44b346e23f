"""The platforms that the lab can play, by their name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from netwb.lab.dialects.arista_eos import AristaEos
from netwb.lab.dialects.cisco_ios import CiscoIos
from netwb.lab.dialects.cisco_nxos import CiscoNxos
from netwb.lab.dialects.dialect import Dialect
from netwb.lab.dialects.frr import Frr

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        "cisco_ios": CiscoIos(),
        "arista_eos": AristaEos(),
        "frr": Frr(),
        "cisco_nxos": CiscoNxos(),
    }
)
