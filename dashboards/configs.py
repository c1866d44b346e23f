"""`/configs`: what changed, a device's history, the search, and what was kept back."""

from netwb.views.configs.page import ConfigsView
from netwb.views.screen import show_page
from netwb.web.visitor import seated, visiting

show_page(ConfigsView, visiting(), seated())
