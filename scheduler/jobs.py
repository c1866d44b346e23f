"""The table of jobs: what the daemon does, and when by default. No logic.

A row names a method of Workbench. It is called without argument by `system:scheduler`, on a
Workbench that is narrowed to the place where that has a time of its own; it gives a small record or
counts, and raises a NetwbError where it failed. `netwb schedule set` gives a job another time.
"""

from __future__ import annotations

from netwb.schedules.records import JobSpec

DAY_S = 86400

JOBS: tuple[JobSpec, ...] = (
    JobSpec(
        name="nightly",
        trigger="02:00",
        method="back_up_night",
        says="Back every device up.",
        scope="places",
        lane="devices",
        touches="devices",
        grace_s=DAY_S,
        overlap="wait",
        again_s=(60, 300, 900),
    ),
    JobSpec(
        name="retry",
        trigger="after nightly 15m 45m 2h",
        method="retry_failed",
        says="Try the devices again that gave nothing in the night.",
        scope="places",
        lane="devices",
        touches="devices",
        grace_s=4 * 3600,
    ),
)
