"""Every table of netwb (SQLAlchemy 2), a module a concept. Rows stay in the session that loaded them.

A table with `TenantOwned` is filtered by the reader's scope in `store.scoping`, and nowhere else.
"""

from netwb.store.models.access import (
    DenialRow,
    LoginFlowRow,
    LoginSessionRow,
    LoginThrottleRow,
    TokenRow,
    TokenTenantRow,
    UserRow,
    UserTenantRow,
)
from netwb.store.models.archive import (
    CurrentRow,
    CurrentTextRow,
    IndexedRow,
    LineRow,
    QuarantineRow,
    RevisionRow,
    VaultRow,
)
from netwb.store.models.billing import (
    BillExclusionRow,
    BillGroupRow,
    BillRow,
    PortGroupPastRow,
    PortGroupPortRow,
    PortGroupRow,
)
from netwb.store.models.blackhole import (
    AttackEventRow,
    AttackSenderRow,
    BlackholeApprovalRow,
    BlackholeExpirerRow,
    BlackholeHeadRow,
    BlackholeOnRouterRow,
    BlackholeRouterRow,
    BlackholeRow,
    OwnPrefixRow,
    StrayRouteRow,
)
from netwb.store.models.compliance import (
    ComplianceChangeRow,
    ComplianceDayRow,
    ComplianceHeadRow,
    ComplianceRow,
    RuleFileRow,
    RuleGoodRow,
    WaiverRow,
)
from netwb.store.models.erp import (
    ErpChangeRow,
    ErpEventRow,
    ErpFeedRow,
    ErpHeadRow,
    ErpOnceRow,
    ErpPercentileRow,
    ErpStatusRow,
)
from netwb.store.models.ground import NAMING, Base, Sequence64, TenantOwned
from netwb.store.models.inventory import (
    CredentialRow,
    CredentialSecretRow,
    DeviceEventRow,
    DeviceRow,
    HostKeyRow,
    SiteRow,
    TenantRow,
)
from netwb.store.models.keys import AuditHeadRow, AuditRow, KeyRow
from netwb.store.models.messages import SyslogBurstRow, SyslogCountRow
from netwb.store.models.netbox import NetboxLinkRow, NetboxSourceRow
from netwb.store.models.notices import (
    DeliveryRow,
    NoticeRow,
    NotifyRouteRow,
    NotifyTargetRow,
    StandingRow,
)
from netwb.store.models.ports import PortNameRow, PortRow, PortTenantRow
from netwb.store.models.remotes import RemoteRow, SecretAcceptedRow, SecretScanRow
from netwb.store.models.schedules import BlackoutRow, DaemonRow, FiringRow, ScheduleRow
from netwb.store.models.snapshots import SnapshotRow
from netwb.store.models.tallies import TallyRow
from netwb.store.models.telegraf import TelegrafServedRow, TelegrafShardRow, TelegrafShardSiteRow
from netwb.store.models.walls import WallRow, WallTenantRow
from netwb.store.models.work import BackupOutcomeRow, BackupRunRow, JobRow, LeaseRow

__all__ = [
    "NAMING",
    "AttackEventRow",
    "AttackSenderRow",
    "AuditHeadRow",
    "AuditRow",
    "BackupOutcomeRow",
    "BackupRunRow",
    "Base",
    "BillExclusionRow",
    "BillGroupRow",
    "BillRow",
    "BlackholeApprovalRow",
    "BlackholeExpirerRow",
    "BlackholeHeadRow",
    "BlackholeOnRouterRow",
    "BlackholeRouterRow",
    "BlackholeRow",
    "BlackoutRow",
    "ComplianceChangeRow",
    "ComplianceDayRow",
    "ComplianceHeadRow",
    "ComplianceRow",
    "CredentialRow",
    "CredentialSecretRow",
    "CurrentRow",
    "CurrentTextRow",
    "DaemonRow",
    "DeliveryRow",
    "DenialRow",
    "DeviceEventRow",
    "DeviceRow",
    "ErpChangeRow",
    "ErpEventRow",
    "ErpFeedRow",
    "ErpHeadRow",
    "ErpOnceRow",
    "ErpPercentileRow",
    "ErpStatusRow",
    "FiringRow",
    "HostKeyRow",
    "IndexedRow",
    "JobRow",
    "KeyRow",
    "LeaseRow",
    "LineRow",
    "LoginFlowRow",
    "LoginSessionRow",
    "LoginThrottleRow",
    "NetboxLinkRow",
    "NetboxSourceRow",
    "NoticeRow",
    "NotifyRouteRow",
    "NotifyTargetRow",
    "OwnPrefixRow",
    "PortGroupPastRow",
    "PortGroupPortRow",
    "PortGroupRow",
    "PortNameRow",
    "PortRow",
    "PortTenantRow",
    "QuarantineRow",
    "RemoteRow",
    "RevisionRow",
    "RuleFileRow",
    "RuleGoodRow",
    "ScheduleRow",
    "SecretAcceptedRow",
    "SecretScanRow",
    "Sequence64",
    "SiteRow",
    "SnapshotRow",
    "StandingRow",
    "StrayRouteRow",
    "SyslogBurstRow",
    "SyslogCountRow",
    "TallyRow",
    "TelegrafServedRow",
    "TelegrafShardRow",
    "TelegrafShardSiteRow",
    "TenantOwned",
    "TenantRow",
    "TokenRow",
    "TokenTenantRow",
    "UserRow",
    "UserTenantRow",
    "VaultRow",
    "WaiverRow",
    "WallRow",
    "WallTenantRow",
]
