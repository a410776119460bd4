"""The field's own words as enums, and the moves a case may make.

Every enum here stands in docs/GLOSSARY.md (a test compares them). Values are what files, the database and the
API carry; labels are what a person reads, in Chinese (the product's first language).
"""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """One word of the field: a stable value for machines and a Chinese label for people."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        word = str.__new__(cls, value)
        word._value_ = value
        word.label = label
        return word

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Return ``(value, label)`` pairs in the order of definition, as Django's ``choices`` wants them."""
        return [(word.value, word.label) for word in cls]


class LayerKind(Word):
    """What a file of places holds: one kind a file."""

    DISTRICT = "district", "区"
    STREET = "street", "街道"
    COMMUNITY = "community", "社区"
    GRID = "grid", "网格"
    COMPOUND = "compound", "小区"
    BUILDING = "building", "楼栋"
    STATION = "station", "服务站"
    OFFICE = "office", "社区办公点"
    ROAD = "road", "道路"


class MapLayer(Word):
    """What the live map draws, one layer a tile: the kinds of place, and what the audit found."""

    DISTRICT = "district", "区"
    STREET = "street", "街道"
    COMMUNITY = "community", "社区"
    GRID = "grid", "网格"
    COMPOUND = "compound", "小区"
    BUILDING = "building", "楼栋"
    STATION = "station", "服务站"
    OFFICE = "office", "社区办公点"
    ROAD = "road", "道路"
    FINDING = "finding", "问题"


class GridKind(Word):
    """Kinds of grid; never mixed in one check (DOMAIN §1)."""

    ORDINARY = "ordinary", "基础网格"
    EXCLUSIVE = "exclusive", "专属网格"
    CELL = "cell", "单元网格"


class CompoundKind(Word):
    """What sort of estate a compound is (DOMAIN §2)."""

    OLD = "old", "老旧小区"
    COMMODITY = "commodity", "普通商品房"
    HIGH_END = "high_end", "新建高档小区"
    RESETTLEMENT = "resettlement", "村改回迁小区"
    PUBLIC_HOUSING = "public_housing", "公房小区"
    CIVIL_SERVANT = "civil_servant", "公务员小区"
    TALENT = "talent", "人才住房"
    UNKNOWN = "unknown", "类型未知"


class Management(Word):
    """Who manages a compound's common property: a second field, separate from its kind (DOMAIN §2)."""

    COMPANY = "company", "专业物业"
    OWNERS = "owners", "业主自治"
    WIDE = "wide", "大物管"
    PUBLIC_BENEFIT = "public_benefit", "公益物业"
    NONE = "none", "无物业"
    UNKNOWN = "unknown", "管理方式未知"


class StationKind(Word):
    """Kinds of service station."""

    CENTRE = "centre", "服务中心"
    STATION = "station", "小区服务站"
    POST = "post", "网格驿站"
    MEDIATION = "mediation", "调解室"
    LIAISON = "liaison", "联络站"


class RoadRank(Word):
    """Rank of a road, the widest first."""

    ARTERIAL = "arterial", "主干路"
    SECONDARY = "secondary", "次干路"
    LOCAL = "local", "支路"


class Fit(Word):
    """How a compound sits among the grids, material land only (DOMAIN §4)."""

    INSIDE = "inside", "在一个网格内"
    HOLDS = "holds", "含整网格"
    CROSSED = "crossed", "被网格线穿过"
    UNCOVERED = "uncovered", "部分无网格"


class GridFit(Word):
    """How a grid sits among the communities, material land only (DOMAIN §4)."""

    NESTED = "nested", "在一个社区内"
    STRADDLING = "straddling", "跨社区"
    OUTSIDE = "outside", "超出社区范围"


class Clarity(Word):
    """How sure a verdict is, given the layers' stated accuracy."""

    CLEAR = "clear", "明确"
    DOUBTFUL = "doubtful", "待核实"
    NOISE = "noise", "数字化误差"


class FindingKind(Word):
    """What an audit can find."""

    COMPOUND_CROSSED = "compound_crossed", "小区被网格线穿过"
    COMPOUND_UNCOVERED = "compound_uncovered", "小区部分无网格"
    COMPOUND_STRADDLES = "compound_straddles", "小区跨社区"
    GRID_STRADDLES = "grid_straddles", "网格跨社区"
    GRID_OUTSIDE = "grid_outside", "网格超出社区"
    WRONG_PARENT = "wrong_parent", "编码与所在社区不符"
    GAP = "gap", "网格间空隙"
    OVERLAP = "overlap", "网格重叠"
    INVALID_SHAPE = "invalid_shape", "图形无效"
    TOO_LARGE = "too_large", "户数偏多"
    TOO_SMALL = "too_small", "户数偏少"
    FAR_FROM_OFFICE = "far_from_office", "离社区办公点过远"


class CaseState(Word):
    """Where the case of a finding stands (DESIGN §3)."""

    FOUND = "found", "已发现"
    TRIAGED = "triaged", "已研判"
    PROPOSED = "proposed", "已提方案"
    DECIDED = "decided", "已决定"
    IN_FORCE = "in_force", "已生效"
    VERIFIED = "verified", "已核验"
    EXCEPTED = "excepted", "例外"


CASE_MOVES: dict[CaseState, frozenset[CaseState]] = {
    CaseState.FOUND: frozenset({CaseState.TRIAGED, CaseState.EXCEPTED, CaseState.VERIFIED}),
    CaseState.TRIAGED: frozenset({CaseState.FOUND, CaseState.PROPOSED, CaseState.EXCEPTED, CaseState.VERIFIED}),
    CaseState.PROPOSED: frozenset({CaseState.TRIAGED, CaseState.DECIDED, CaseState.EXCEPTED, CaseState.VERIFIED}),
    CaseState.DECIDED: frozenset({CaseState.PROPOSED, CaseState.IN_FORCE, CaseState.VERIFIED}),
    CaseState.IN_FORCE: frozenset({CaseState.VERIFIED, CaseState.FOUND}),
    CaseState.VERIFIED: frozenset({CaseState.FOUND}),
    CaseState.EXCEPTED: frozenset({CaseState.FOUND, CaseState.VERIFIED}),
}
"""Allowed moves of a case. VERIFIED is where an audit no longer finds it; a later audit may find it again."""


class Novelty(Word):
    """A finding against the run before."""

    NEW = "new", "新增"
    KNOWN = "known", "仍存在"
    RESOLVED = "resolved", "已消除"


class Change(Word):
    """What the last run changed in the worklist."""

    NEW = "new", "新增"
    RECLASSED = "reclassed", "判断有变"
    RESOLVED = "resolved", "已消除"


class RunKind(Word):
    """How much an audit run looked at."""

    FULL = "full", "全面检查"
    INCREMENTAL = "incremental", "局部检查"


class RunState(Word):
    """Where an audit run or an import stands."""

    RUNNING = "running", "进行中"
    DONE = "done", "完成"
    FAILED = "failed", "失败"


class DraftState(Word):
    """Where an import in the browser stands, from the upload to the record of it."""

    READING = "reading", "读取中"
    READY = "ready", "待确认"
    PLANNING = "planning", "试算中"
    PLANNED = "planned", "已试算"
    COMMITTING = "committing", "导入中"
    DONE = "done", "已导入"
    FAILED = "failed", "未完成"
    CANCELLED = "cancelled", "已放弃"
    EXPIRED = "expired", "已过期"


_LEFT = frozenset({DraftState.CANCELLED, DraftState.EXPIRED})

DRAFT_MOVES: dict[DraftState, frozenset[DraftState]] = {
    DraftState.READING: frozenset({DraftState.READY, DraftState.FAILED}),
    DraftState.READY: frozenset({DraftState.READING, DraftState.PLANNING}) | _LEFT,
    DraftState.PLANNING: frozenset({DraftState.PLANNED, DraftState.READY, DraftState.FAILED}),
    DraftState.PLANNED: frozenset({DraftState.READING, DraftState.PLANNING, DraftState.COMMITTING}) | _LEFT,
    DraftState.COMMITTING: frozenset({DraftState.DONE, DraftState.PLANNED, DraftState.READY, DraftState.FAILED}),
    DraftState.FAILED: frozenset({DraftState.READING, DraftState.PLANNING}) | _LEFT,
    DraftState.DONE: frozenset(),
    DraftState.CANCELLED: frozenset(),
    DraftState.EXPIRED: frozenset(),
}
"""Allowed moves of an import in the browser; a commit whose plan is out of date goes back to PLANNED."""

DRAFTS_AT_WORK = frozenset({DraftState.READING, DraftState.PLANNING, DraftState.COMMITTING})
"""States in which a job is at work, or waits for a worker."""


class Role(Word):
    """What an account does, on a territory."""

    OFFICER = "officer", "GIS 专员"
    APPROVER = "approver", "审批人"
    LEADER = "leader", "领导"
    DISPATCHER = "dispatcher", "派单员"
    STEWARD = "steward", "网格员"
    AUDITOR = "auditor", "安全审计员"
    ADMINISTRATOR = "administrator", "系统管理员"


class Action(Word):
    """What can be allowed or refused; policy.py says to whom."""

    VIEW_MAP = "view_map", "查看地图与数据"
    IMPORT_LAYER = "import_layer", "导入图层"
    RUN_AUDIT = "run_audit", "运行检查"
    TRIAGE_FINDING = "triage_finding", "研判问题"
    ACCEPT_EXCEPTION = "accept_exception", "认可例外"
    CHANGE_RULES = "change_rules", "修改阈值"
    CHANGE_IMPRINT = "change_imprint", "修改公告署名"
    MANAGE_STAFF = "manage_staff", "管理账号"
    READ_JOURNAL = "read_journal", "查阅日志"
    VIEW_PLAN = "view_plan", "查看调整方案"
    EDIT_PLAN = "edit_plan", "编制调整方案"
    APPROVE_PLAN = "approve_plan", "审批调整方案"


class Happening(Word):
    """What a journal line says happened: noun, dot, past participle."""

    BOUNDARIES_IMPORTED = "boundaries.imported", "导入图层"
    IMPORT_UPLOADED = "import.uploaded", "上传待导入文件"
    IMPORT_DISCARDED = "import.discarded", "放弃导入"
    IMPORT_FAILED = "import.failed", "导入未完成"
    AUDIT_FINISHED = "audit.finished", "检查完成"
    AUDIT_FAILED = "audit.failed", "检查失败"
    FINDING_MOVED = "finding.moved", "问题状态变更"
    FINDING_ASSIGNED = "finding.assigned", "问题指派"
    FINDING_NOTED = "finding.noted", "问题备注"
    EXCEPTION_ACCEPTED = "exception.accepted", "认可例外"
    EXCEPTION_ENDED = "exception.ended", "例外终止"
    RULES_CHANGED = "rules.changed", "修改阈值"
    PLAN_OPENED = "plan.opened", "新建调整方案"
    PLAN_CHANGED = "plan.changed", "修改调整方案"
    PLAN_COMMENTED = "plan.commented", "批注调整方案"
    PLAN_SUBMITTED = "plan.submitted", "提交审批"
    PLAN_APPROVED = "plan.approved", "审批通过"
    PLAN_REJECTED = "plan.rejected", "审批退回"
    PLAN_SENT_BACK = "plan.sent_back", "退回修改"
    PLAN_WITHDRAWN = "plan.withdrawn", "撤回调整方案"
    PLAN_SCHEDULED = "plan.scheduled", "调整方案待生效"
    PLAN_IN_FORCE = "plan.in_force", "调整方案生效"
    PLAN_FAILED = "plan.failed", "调整方案未能生效"
    PROPOSAL_MADE = "proposal.made", "求解调整建议"
    ACCOUNT_CREATED = "account.created", "创建账号"
    ACCOUNT_CHANGED = "account.changed", "修改账号"
    MEMBERSHIP_GIVEN = "membership.given", "授予角色"
    MEMBERSHIP_ENDED = "membership.ended", "撤销角色"
    FILE_TAKEN = "file.taken", "下载文件"
    IMPRINT_CHANGED = "imprint.changed", "修改公告署名"
    SIGNED_IN = "session.signed_in", "登录"
    SIGNED_OUT = "session.signed_out", "退出"
    SIGN_IN_FAILED = "session.refused", "登录失败"


class RedrawRule(Word):
    """What a redraw obeys; each can be named when rules are in each other's way."""

    HARD_MAXIMUM = "hard_maximum", "户数上限"
    KEEPS_LAND = "keeps_land", "保留原有地块"
    CONNECTED = "connected", "连成一片"
    WHOLE_COMPOUND = "whole_compound", "小区完整"
    LOCKED = "locked", "网格已锁定"
    PINNED = "pinned", "归属已指定"
    FORBIDDEN = "forbidden", "归属已排除"


class Proof(Word):
    """What is known about how good a proposal is."""

    PROVEN = "proven", "已证明最优"
    GAP = "gap", "可行，差距已知"
    UNPROVEN = "unproven", "可行，未证明"
    INFEASIBLE = "infeasible", "规则相互冲突"
    LIMIT = "limit", "限时内没有方案"
    CANCELLED = "cancelled", "已取消"


class PlanState(Word):
    """Where a plan stands, from the first line to the new boundaries."""

    DRAFT = "draft", "草案"
    SUBMITTED = "submitted", "待审批"
    APPROVED = "approved", "已批准"
    SCHEDULED = "scheduled", "待生效"
    IN_FORCE = "in_force", "已生效"
    REJECTED = "rejected", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"


PLAN_MOVES: dict[PlanState, frozenset[PlanState]] = {
    PlanState.DRAFT: frozenset({PlanState.SUBMITTED, PlanState.WITHDRAWN}),
    PlanState.SUBMITTED: frozenset(
        {PlanState.IN_FORCE, PlanState.SCHEDULED, PlanState.DRAFT, PlanState.REJECTED, PlanState.WITHDRAWN}
    ),
    PlanState.SCHEDULED: frozenset({PlanState.IN_FORCE, PlanState.APPROVED, PlanState.WITHDRAWN}),
    PlanState.APPROVED: frozenset({PlanState.IN_FORCE, PlanState.SCHEDULED, PlanState.WITHDRAWN}),
    PlanState.IN_FORCE: frozenset(),
    PlanState.REJECTED: frozenset(),
    PlanState.WITHDRAWN: frozenset(),
}
"""Allowed moves of a plan. Sent back with a note it is a draft again, and its author goes on. APPROVED is where a plan
stands whose moment came and that could not go into force then; a rejected one is branched, one in force is corrected or
taken back by another plan: none of the three is opened again."""


class PlanFollows(Word):
    """How a plan follows one that is in force: history is never edited, it is continued."""

    CORRECTION = "correction", "更正"
    WITHDRAWAL = "withdrawal", "撤销"


class HandOverWay(Word):
    """What land does to a grid's post when a plan comes into force."""

    LEAVES = "leaves", "移出"
    ARRIVES = "arrives", "移入"


class SizeMark(Word):
    """How a grid's households stand to the wanted band of its district."""

    WITHIN = "within", "规模合适"
    UNDER = "under", "户数偏少"
    OVER = "over", "户数偏多"
    ABOVE_HARD = "above_hard", "超过硬上限"
    EMPTY = "empty", "没有土地"


class ProposalKind(Word):
    """What is asked of the solver."""

    BEST = "best", "最优方案"
    ALTERNATIVES = "alternatives", "备选方案"
    FRONT = "front", "取舍曲线"
    CARD = "card", "处置建议"
    RESOLVE = "resolve", "重新求解"


class ProposalState(Word):
    """Where a request to the solver stands."""

    WAITING = "waiting", "等待中"
    SOLVING = "solving", "求解中"
    DONE = "done", "完成"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已取消"
