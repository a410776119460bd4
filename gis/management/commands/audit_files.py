"""Audit layers in files: no database is used, not even connected to."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from rich.table import Table

from gis.management.file_command import COLUMNS, LAYERS, SHOWN, FileCommand
from gis.services.audits.files import AuditFiles, FileAudit, audit_files
from gis.services.audits.output import json_text, write_audit
from gis.terms import Clarity, FindingKind, LayerKind


class Command(FileCommand):
    help = "检查网格、小区、社区图层：被网格线穿过的小区、跨社区、空隙、重叠。不需要数据库。"

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_layers(parser)
        parser.add_argument("--offices", help="社区办公点图层（点）")
        parser.add_argument("--engine", choices=("local", "dask"), default="local", help="计算引擎（默认 local）")
        parser.add_argument(
            "--out", type=Path, metavar="DIR", help="写出 findings.gpkg、map.html、report.json 的文件夹"
        )
        parser.add_argument("--title", default="网格边界检查", help="地图标题")

    def work(self, options: dict[str, Any]) -> None:
        files = AuditFiles(**{name: options[name] for name in (*LAYERS, "offices", *COLUMNS)})
        result = audit_files(files=files, engine=options["engine"], progress=self.say)
        out, target = options["out"], options["json"]
        text = "" if out is None and target is None else json_text(result.report)
        if out is not None:
            self.say(_("写出到 %(out)s") % {"out": out})
            for path in write_audit(result, text, out=out, title=options["title"]):
                self.say(str(path))
        self.deliver(text, target, [_summary(result), _crossed(result), _notices(result)])


_FIGURES = {
    "grids": "网格",
    "compounds": "小区",
    "communities": "社区",
    "inside": "小区在一个网格内",
    "holds": "小区含整网格",
    "crossed": "小区被网格线穿过",
    "crossed_doubtful": "其中待核实",
    "uncovered": "小区部分无网格",
    "straddling_grids": "网格跨社区",
    "gaps": "网格间空隙",
    "overlaps": "网格重叠",
    "seconds": "用时（秒）",
    "crs": "量测坐标系",
}


def _summary(result: FileAudit) -> Table:
    table = Table(title=_("检查结果"), title_justify="left")
    table.add_column(_("项目"))
    table.add_column(_("数值"), justify="right")
    summary = result.report["summary"]
    for key, label in _FIGURES.items():
        table.add_row(label, str(summary[key]))
    told = (FindingKind.COMPOUND_CROSSED, FindingKind.GRID_STRADDLES, FindingKind.GAP, FindingKind.OVERLAP)
    for kind, count in summary["findings"].items():
        if kind not in told:
            table.add_row(FindingKind(kind).label, str(count))
    return table


def _crossed(result: FileAudit) -> Table:
    """Return the crossed compounds, the deepest cut first."""
    crossed = [place for place in result.report["compounds"] if place["state"] == "crossed"]
    crossed.sort(key=lambda place: -place["width_m"])
    more = f"（前 {SHOWN} 个，共 {len(crossed)} 个）" if len(crossed) > SHOWN else ""
    table = Table(title=_("被网格线穿过的小区") + more, title_justify="left")
    for heading, justify in (
        ("编码", "left"),
        ("名称", "left"),
        ("判定", "left"),
        ("深入（米）", "right"),
        ("网格", "left"),
    ):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    names = result.names[LayerKind.COMPOUND]
    for place in crossed[:SHOWN]:
        grids = "、".join(grid["code"] for grid in place["grids"] if grid["material"])
        width = f"{place['width_m']:.1f}"
        table.add_row(place["code"], names.get(place["code"], ""), Clarity(place["class"]).label, width, grids)
    return table


_SEVERITIES = {"refused": "未采用", "repaired": "已修复", "warning": "提示"}


def _notices(result: FileAudit) -> Table:
    """Return what was said about files and rows, refusals first."""
    notices = sorted(result.report["notices"], key=lambda notice: list(_SEVERITIES).index(notice["severity"]))
    more = f"（前 {SHOWN} 条，共 {len(notices)} 条）" if len(notices) > SHOWN else ""
    table = Table(title=_("文件与行的说明") + more, title_justify="left")
    for heading in ("文件", "处理", "说明"):
        table.add_column(heading, overflow="fold")
    for notice in notices[:SHOWN]:
        table.add_row(notice["file"], _SEVERITIES[notice["severity"]], notice["message"])
    return table
