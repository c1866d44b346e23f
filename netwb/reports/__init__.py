"""Reports for an auditor: what a month was like, in figures that can be counted again by hand."""
