"""`/security`: what waits for a person, what is blackholed until when, and what came of attacks."""

from netwb.views.screen import show_page
from netwb.views.security.page import SecurityView
from netwb.web.visitor import seated, visiting

show_page(SecurityView, visiting(), seated())
