"""`/traffic`: one port over time, or which ports are the busiest."""

from netwb.views.screen import show_page
from netwb.views.traffic.page import TrafficView
from netwb.web.visitor import seated, visiting

show_page(TrafficView, visiting(), seated())
