"""Which files begin first where several processes share the tests: those that last longest.

A file is one process's alone (`--dist loadfile`), and one that comes last on one of them is waited
for by all. What mostly waits for clocks and processes stands between what needs a processor, so that
both are at work at once. A file that is not named here begins by its number of tests.
"""

from __future__ import annotations

from collections import Counter

import pytest

LONG_FIRST = (
    "real/browser/test_two_tenant_pages.py",
    "real/browser/test_roles.py",
    "web/test_serving.py",
    "notebooks/test_notebooks.py",
    "scheduler/test_two_daemons.py",
    "workbench/test_from_remote.py",
    "health/exporting/test_under_way.py",
    "scheduler/test_year.py",
    "web/test_page_traps.py",
    "scheduler/test_outage.py",
    "workbench/test_provider_login.py",
    "web/test_messages.py",
    "web/test_login.py",
    "scheduler/test_killed.py",
    "web/test_error_pages.py",
    "inventory/test_intake.py",
    "test_floors.py",
    "scheduler/test_frequent.py",
    "web/test_two_tenants_served.py",
    "notify/test_delivering.py",
    "telegraf/fastnetmon/test_notify_sending.py",
    "telegraf/fastnetmon/test_notify_spool.py",
    "health/exporting/test_killed.py",
    "real/blackhole/test_lab.py",
    "real/blackhole/test_fastnetmon.py",
    "real/test_backup_of_frr.py",
    "collect/test_killed_runs.py",
    "web/test_closed_pages.py",
    "health/exporting/test_export.py",
    "scheduler/test_lab_nights.py",
    "real/test_remotes.py",
    "web/test_memory.py",
    "collect/test_every_fault.py",
    "collect/test_faults.py",
    "collect/test_drivers.py",
    "web/test_two_tenants_views.py",
    "lab/test_demo.py",
    "cli/test_demo_serving.py",
    "web/test_behind_nginx.py",
    "web/test_any_request.py",
    "web/test_erp_client.py",
    "web/test_erp_day.py",
    "web/test_bad_input.py",
    "web/test_bad_fields.py",
    "health/syslog/test_whole_way.py",
    "web/test_log_injection.py",
    "web/test_proxy_attacks.py",
    "archive/test_upkeep.py",
)
_PLACES = {f"tests/{name}": place for place, name in enumerate(LONG_FIRST)}


def file_of(item: pytest.Item) -> str:
    """As the ids of tests begin: its path from the root of the checkout."""
    return item.nodeid.partition("::")[0]


def long_files_first(items: list[pytest.Item]) -> None:
    """Put them in that order; the tests of a file stay as they are."""
    counts = Counter(map(file_of, items))

    def place(item: pytest.Item) -> tuple[int, int, str]:
        file = file_of(item)
        return _PLACES.get(file, len(_PLACES)), -counts[file], file

    items.sort(key=place)
