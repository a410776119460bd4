"""What a journal line says, in words: its keys as the office calls them, its values as the field does."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gis.terms import CaseState, Clarity, FindingKind, LayerKind, Role, RunKind, Word

KEYS = {
    "kind": gettext_lazy("类别"),
    "subjects": gettext_lazy("对象"),
    "before": gettext_lazy("原为"),
    "after": gettext_lazy("改为"),
    "assignee": gettext_lazy("负责人"),
    "role": gettext_lazy("角色"),
    "territory": gettext_lazy("辖区"),
    "begins_on": gettext_lazy("起始日"),
    "ends_on": gettext_lazy("截止日"),
    "changed": gettext_lazy("变更"),
    "own": gettext_lazy("本人修改"),
    "active": gettext_lazy("启用"),
    "run": gettext_lazy("检查编号"),
    "new": gettext_lazy("新增"),
    "known": gettext_lazy("仍存在"),
    "resolved": gettext_lazy("已消除"),
    "standing": gettext_lazy("现有问题"),
    "import": gettext_lazy("导入编号"),
    "file": gettext_lazy("文件"),
    "files": gettext_lazy("文件数"),
    "bytes": gettext_lazy("字节"),
    "source": gettext_lazy("来源"),
    "districts": gettext_lazy("区"),
    "in_force_from": gettext_lazy("生效时刻"),
    "read": gettext_lazy("读取"),
    "added": gettext_lazy("新增"),
    "redrawn": gettext_lazy("图形有变"),
    "unchanged": gettext_lazy("不变"),
    "retired": gettext_lazy("停用"),
    "missing": gettext_lazy("文件中没有"),
    "repaired": gettext_lazy("已修复"),
    "refused": gettext_lazy("拒收"),
    "warnings": gettext_lazy("提醒"),
    "rule": gettext_lazy("规则"),
    "reason": gettext_lazy("理由"),
    "expires_on": gettext_lazy("到期日"),
    "sha256": gettext_lazy("校验值"),
    "address": gettext_lazy("网络地址"),
    "noise_factor": gettext_lazy("误差倍数"),
    "clear_factor": gettext_lazy("明确倍数"),
    "min_households": gettext_lazy("户数下限"),
    "max_households": gettext_lazy("户数上限"),
    "hard_max_households": gettext_lazy("户数硬上限"),
    "far_from_office_m": gettext_lazy("距离标准（米）"),
    "title": gettext_lazy("标题"),
    "communities": gettext_lazy("社区"),
    "version": gettext_lazy("第几版"),
    "what": gettext_lazy("事项"),
    "edit": gettext_lazy("操作"),
    "edits": gettext_lazy("操作数"),
    "number": gettext_lazy("序号"),
    "grids": gettext_lazy("网格"),
    "households": gettext_lazy("调整户数"),
    "decision": gettext_lazy("审批意见"),
    "base_at": gettext_lazy("基准时刻"),
    "branch_of": gettext_lazy("分支自"),
    "follows": gettext_lazy("后续于"),
    "follows_as": gettext_lazy("后续方式"),
    "crossed_before": gettext_lazy("原被穿过小区"),
    "crossed_after": gettext_lazy("现被穿过小区"),
    "posts_moved": gettext_lazy("转任岗位"),
    "posts_ended": gettext_lazy("终止岗位"),
    "comment": gettext_lazy("批注编号"),
    "rows": gettext_lazy("行数"),
    "issuer": gettext_lazy("发布单位"),
    "office": gettext_lazy("联系科室"),
    "telephone": gettext_lazy("办公电话"),
    "office_address": gettext_lazy("办公地址"),
    "review_number": gettext_lazy("审图号"),
}
"""Summary key → words, in the order in which a line tells them; a key without words is shown as it is, last."""

CHANGED = {"password": gettext_lazy("密码"), "active": gettext_lazy("启用状态")}

VALUES: tuple[type[Word], ...] = (FindingKind, CaseState, RunKind, LayerKind, Role, Clarity)
"""Enums whose values stand in summaries; none of their values means two things in one of these keys."""

WORDED = frozenset({"kind", "before", "after", "role", "standing"})
"""Keys whose values are words of the field; any other value is told as it was written."""

HASH_SHOWN = 12


def told(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a journal line's summary as pairs of words."""
    order = list(KEYS)
    keys = sorted(summary, key=lambda key: order.index(key) if key in KEYS else len(order))
    return [(str(KEYS.get(key, key)), _value(key, summary[key])) for key in keys]


def _value(key: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return "、".join(f"{_word(key, name)} {_value(key, inner)}" for name, inner in value.items()) or _("无")
    if isinstance(value, list | tuple):
        return "、".join(_value(key, inner) for inner in value) or _("无")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if value is None or value == "":
        return "—"
    if key == "sha256":
        return f"{str(value)[:HASH_SHOWN]}…"
    if key == "changed" and value in CHANGED:
        return str(CHANGED[value])
    return _word(key, str(value))


def _word(key: str, value: str) -> str:
    if key in WORDED:
        for enum in VALUES:
            if value in set(enum):
                return _(enum(value).label)
    return value
