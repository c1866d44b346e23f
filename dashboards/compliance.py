"""`/compliance`: who breaks which rule, since when, and on which line."""

from netwb.views.compliance.page import ComplianceView
from netwb.views.screen import show_page
from netwb.web.visitor import seated, visiting

show_page(ComplianceView, visiting(), seated())
