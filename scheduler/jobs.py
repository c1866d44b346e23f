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
        name="push",
        trigger="every 5m",
        method="push_due",
        says="Push archives to their remotes, where something is to be pushed.",
        missed="skip",
        grace_s=300,
        interrupted="leave",
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
    JobSpec(
        name="health",
        trigger="every 5m",
        method="watch_health",
        says="Look whose backups are overdue, which tokens end, how full the disk is; tell what changed.",
        lane="quick",
        missed="skip",
        grace_s=300,
        interrupted="leave",
    ),
    JobSpec(
        name="netbox",
        trigger="01:00",
        method="sync_netbox",
        says="Take devices over from NetBox; a plan that retires many waits for a person.",
        again_s=(300, 1800),
    ),
    JobSpec(
        name="git-weekly",
        trigger="sun 04:30",
        method="maintain_weekly",
        says="Gather each repository's newest packs, and what finds a device's commits quickly.",
        grace_s=5 * DAY_S,
    ),
    JobSpec(
        name="git-monthly",
        trigger="0 5 1 * *",
        method="maintain_monthly",
        says="Pack each repository anew, as small as it gets.",
        grace_s=14 * DAY_S,
    ),
    JobSpec(
        name="index-check",
        trigger="05:30",
        method="check_index",
        says="Compare the index with Git by a glance, and build anew what differs.",
    ),
    JobSpec(
        name="index-check-full",
        trigger="sat 06:00",
        method="check_index_fully",
        says="Compare every row of the index with Git, and build anew what differs.",
        grace_s=5 * DAY_S,
    ),
    JobSpec(
        name="retention",
        trigger="06:15",
        method="sweep",
        says="Take away held texts, jobs and runs that are older than retention.* keeps.",
    ),
    JobSpec(
        name="audit-check",
        trigger="06:30",
        method="check_audit",
        says="Walk the audit chain, and hold it against the heads that commits carry.",
    ),
    JobSpec(
        name="telegraf",
        trigger="every 1m",
        method="follow_telegraf",
        says="Write Telegraf's files anew where devices changed, and put them back where it falls silent.",
        lane="quick",
        missed="skip",
        grace_s=300,
    ),
    JobSpec(
        name="telegraf-nightly",
        trigger="03:40",
        method="renew_telegraf",
        says="Compare all of Telegraf's files with the inventory, and its secrets with their sources.",
        again_s=(300,),
    ),
    JobSpec(
        name="bills",
        trigger="04:15",
        method="freeze_due_bills",
        says="Freeze last month's bills where nobody did, before their counters are let go.",
        grace_s=DAY_S,
        again_s=(600, 3600),
    ),
    JobSpec(
        name="ports",
        trigger="every 1h",
        method="learn_ports",
        says="Learn which ports devices have, where Telegraf reads their counters and no `netwb poll`.",
        missed="skip",
        grace_s=1800,
        interrupted="leave",
    ),
    JobSpec(
        name="erp-status",
        trigger="every 1m",
        method="keep_statuses",
        says="Judge which devices are up, and keep it for each tenant's ERP; tell what changed.",
        lane="status",
        missed="skip",
        grace_s=60,
        interrupted="leave",
    ),
    JobSpec(
        name="erp-p95",
        trigger="every 15m",
        method="keep_percentiles",
        says="Work out what each port group comes to so far, for each tenant's ERP.",
        missed="skip",
        grace_s=900,
        interrupted="leave",
    ),
    JobSpec(
        name="notify",
        trigger="every 1m",
        method="deliver_notices",
        says="Send what is to be told to those who are to be told.",
        lane="quick",
        missed="skip",
    ),
    JobSpec(
        name="digest",
        trigger="07:00",
        method="send_digests",
        says="Send the morning digest to the targets that want it.",
        lane="quick",
        grace_s=12 * 3600,
    ),
    JobSpec(
        name="access-cleanup",
        trigger="06:45",
        method="clean_access",
        says="Take away long ended logins and tokens.",
    ),
    JobSpec(
        name="self-backup",
        trigger="07:15",
        method="back_up_itself",
        says="Export netwb itself into self_backup.folder, where that is set, and keep the newest.",
        again_s=(600, 3600),
    ),
)
