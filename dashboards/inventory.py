"""`/inventory`: what there is, how old its last good copy is, and everything that edits it."""

from netwb.views.inventory.view import InventoryView
from netwb.views.screen import show_page
from netwb.web.visitor import seated, visiting

show_page(InventoryView, visiting(), seated())
