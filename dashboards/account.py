"""`/account`: one's own role, time zone, password, codes, logins and tokens."""

from netwb.views.account.page import AccountView
from netwb.views.screen import show_page
from netwb.web.visitor import seated, visiting

show_page(AccountView, visiting(), seated())
