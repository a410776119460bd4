"""Propose how grids mend crossed compounds, from layers in files: no database is used, not even connected to."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rich.table import Table

from gis.geometry.layers import DEFAULT_RULES, AuditRules
from gis.management.file_command import COLUMNS, LAYERS, SHOWN, FileCommand
from gis.services.audits.files import AuditFiles
from gis.services.audits.output import json_text
from gis.services.plans.files import FileRedraw, RedrawFiles, redraw_files
from gis.services.plans.output import write_redraw


class Command(FileCommand):
    help = "为被网格线穿过的小区提出调整最少的网格方案，并证明其最优。不需要数据库。"

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_layers(parser)
        parser.add_argument("--roads", help="道路图层（线）：界线尽量沿道路")
        parser.add_argument(
            "--min-households", type=int, default=DEFAULT_RULES.min_households, metavar="N", help="网格最少户数"
        )
        parser.add_argument(
            "--max-households", type=int, default=DEFAULT_RULES.max_households, metavar="N", help="网格最多户数"
        )
        parser.add_argument(
            "--hard-max-households", type=int, metavar="N", help="网格户数上限（默认为最多户数的三分之四）"
        )
        parser.add_argument("--alternatives", type=int, default=1, metavar="K", help="方案个数（默认 1）")
        parser.add_argument(
            "--time-limit", type=float, default=60.0, metavar="S", help="每组社区、每个方案的求解时限，秒（默认 60）"
        )
        parser.add_argument(
            "--out", type=Path, required=True, metavar="DIR", help="写出各方案 GeoPackage 与报告的文件夹"
        )

    def work(self, options: dict[str, Any]) -> None:
        layers = AuditFiles(**{name: options[name] for name in (*LAYERS, *COLUMNS)}, rules=_rules(options))
        files = RedrawFiles(layers, options["roads"], options["alternatives"], options["time_limit"])
        result = redraw_files(files=files, progress=self.say)
        for path in write_redraw(result, out=options["out"]):
            self.say(str(path))
        text = "" if options["json"] is None else json_text(result.report)
        self.deliver(text, options["json"], [_summary(result), _open(result)])


def _rules(options: dict[str, Any]) -> AuditRules:
    high = options["max_households"]
    hard = options["hard_max_households"]
    ratio = DEFAULT_RULES.hard_max_households / DEFAULT_RULES.max_households
    return replace(
        DEFAULT_RULES,
        min_households=options["min_households"],
        max_households=high,
        hard_max_households=round(high * ratio) if hard is None else hard,
    )


_FIGURES = {
    "households_moved": gettext_lazy("调整户数"),
    "grids_changed": gettext_lazy("改动网格"),
    "area_moved_m2": gettext_lazy("调整土地（平方米）"),
    "crossed_before": gettext_lazy("被穿过的小区（现状）"),
    "crossed_after": gettext_lazy("被穿过的小区（方案）"),
    "size_violations_before": gettext_lazy("户数不合要求的网格（现状）"),
    "size_violations_after": gettext_lazy("户数不合要求的网格（方案）"),
    "seconds": gettext_lazy("用时（秒）"),
}


def _summary(result: FileRedraw) -> Table:
    """Return the proposals side by side."""
    table = Table(title=_("调整方案"), title_justify="left")
    table.add_column(_("项目"))
    proposals = result.report["proposals"]
    for proposal in proposals:
        table.add_column(_("方案 %(rank)d") % {"rank": proposal["rank"]}, justify="right")
    said = [_("是") if proposal["optimal"] else _("否") for proposal in proposals]
    table.add_row(_("已证明最优"), *said)
    for key, label in _FIGURES.items():
        table.add_row(str(label), *(str(proposal[key]) for proposal in proposals))
    return table


def _open(result: FileRedraw) -> Table:
    """Return the communities that a person should look at: without proof, or with a rule relaxed."""
    table = Table(title=_("需要留意的社区"), title_justify="left")
    for heading in (_("社区"), _("结论"), _("放宽的规则")):
        table.add_column(heading, overflow="fold")
    rows = [row for row in result.report["proposals"][0]["communities"] if row["proof"] != "proven" or row["relaxed"]]
    for row in rows[:SHOWN]:
        relaxed = "、".join(
            _("网格 %(grid)s 超出上限 %(above)d 户") % {"grid": one["grid"], "above": one["above"]}
            for one in row["relaxed"]
        )
        table.add_row("、".join(row["codes"]), row["said"], relaxed)
    return table
