"""`/wall`: how the network is, for a screen on the wall."""

from netwb.views.wall.page import show_wall
from netwb.web.visitor import read_ahead, seated, visiting

show_wall(visiting(), seated(), read_ahead())
