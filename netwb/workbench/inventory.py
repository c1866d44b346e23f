"""The inventory on the facade: tenants, sites, devices, imports, credentials, coverage.

Each method: permission, flow, audit, return.
"""

from __future__ import annotations

from netwb.workbench.coverage import CoverageFace
from netwb.workbench.credentials import CredentialsFace
from netwb.workbench.devices import DevicesFace
from netwb.workbench.imports import ImportsFace


class InventoryFace(DevicesFace, ImportsFace, CredentialsFace, CoverageFace):
    """All of the inventory."""
