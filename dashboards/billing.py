"""`/billing`: what a tenant's ports come to in a month, and the bills that were frozen."""

from netwb.views.billing.page import BillingView
from netwb.views.screen import show_page
from netwb.web.visitor import seated, visiting

show_page(BillingView, visiting(), seated())
