"""What pages have of compliance besides its report: the number beside its name, and paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwb.compliance.printed import PrintedMatrix
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.face import Face

if TYPE_CHECKING:
    from netwb.compliance import paper as _paper
    from netwb.compliance import standing as _standing
else:
    _paper = lazy("netwb.compliance.paper")
    _standing = lazy("netwb.compliance.standing")


class CompliancePageFace(Face):
    """`open_findings`, `compliance_pdf`."""

    def open_findings(self) -> int:
        """Cells that were not compliant when all was checked last, of whole tenants; waived ones not."""
        self._require(Permission.COMPLIANCE_VIEW)
        counts = _standing.newest_counts(self._parts.database, self._meant_scope)
        return counts.get("non_compliant", 0)

    def compliance_pdf(self, matrix: PrintedMatrix) -> bytes:
        """A matrix as it is looked at: sheets of A4 with its legend, then each finding as a line."""
        self._require(Permission.COMPLIANCE_VIEW)
        content: bytes = _paper.pdf_of(matrix)
        return content
