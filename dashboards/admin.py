"""`/admin`: who may do what where; who did what."""

from netwb.views.admin.view import AdminView
from netwb.views.screen import show_page
from netwb.web.visitor import seated, visiting

show_page(AdminView, visiting(), seated())
