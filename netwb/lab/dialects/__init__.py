"""The platforms that the lab can play, by their name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from netwb.lab.dialects.cisco_ios import CiscoIos
from netwb.lab.dialects.dialect import Dialect

DIALECTS: Mapping[str, Dialect] = MappingProxyType({"cisco_ios": CiscoIos()})
