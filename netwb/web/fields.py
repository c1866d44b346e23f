"""Fields that many answers have, each with what it is and an example."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from netwb.web.operations import CURSOR


def said(about: str, *examples: Any) -> Any:
    """What a field is, and an example of it where it is not shown by what it is made of."""
    return Field(description=about, examples=list(examples) or None)


Id = Annotated[str, said("Stable, and never used again.", "11ndm3zf95rtxmf6")]
DeviceId = Annotated[str, said("Id of its device.", "11ndm3zf95rtxmf6")]
Tenant = Annotated[str, said("Slug of its tenant.", "acme")]
Site = Annotated[str, said("Slug of its site.", "fra1")]
Hostname = Annotated[str, said("The device's own name.", "edge1")]
Author = Annotated[str, said("Who changed it, as far as the device says.", "ana")]
At = Annotated[str, said("When, UTC.", "2026-11-20T02:00:00Z")]
Next = Annotated[
    str | None, said("`cursor` of the next page; null where this is the last.", CURSOR)
]
Commit = Annotated[
    str, said("Commit id of the revision.", "4f1c2d7a90be31526478c0d9e8f7a6b5c4d3e2f1")
]
