"""Audit layers in files: no database is used, not even connected to."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from gis.geometry.errors import GridworkError
from gis.services.audits.files import AuditFiles, FileAudit, audit_files
from gis.services.audits.output import json_text, require_folder, write_audit, write_whole
from gis.terms import Clarity, FindingKind, LayerKind

SHOWN = 20
"""Rows of a table on the screen; the rest stands in the files."""

INTERRUPTED = 130


class Command(BaseCommand):
    help = "检查网格、小区、社区图层：被网格线穿过的小区、跨社区、空隙、重叠。不需要数据库。"
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--grids", required=True, help="网格图层；多图层文件写作 文件|layername=图层名")
        parser.add_argument("--compounds", required=True, help="小区图层")
        parser.add_argument("--communities", help="社区图层")
        parser.add_argument("--buildings", help="楼栋图层（面或点）")
        parser.add_argument("--offices", help="社区办公点图层（点）")
        parser.add_argument("--accuracy-m", type=float, default=1.0, help="图层标称精度，米（默认 1.0）")
        parser.add_argument("--grid-code", metavar="COL", help="网格编码列")
        parser.add_argument("--compound-code", metavar="COL", help="小区编码列")
        parser.add_argument("--community-code", metavar="COL", help="社区编码列")
        parser.add_argument("--households", metavar="COL", help="户数列（有楼栋图层时为楼栋的，否则为小区的）")
        parser.add_argument("--engine", choices=("local", "dask"), default="local", help="计算引擎（默认 local）")
        parser.add_argument(
            "--out", type=Path, metavar="DIR", help="写出 findings.gpkg、map.html、report.json 的文件夹"
        )
        parser.add_argument("--json", metavar="FILE", help="写出 JSON 报告的文件；- 为标准输出")
        parser.add_argument("--title", default="网格边界检查", help="地图标题")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            self._run(options)
        except GridworkError as refusal:
            raise CommandError(refusal.message) from refusal
        except KeyboardInterrupt as interrupt:
            raise CommandError(_("已中断，没有留下写了一半的文件。"), returncode=INTERRUPTED) from interrupt

    def _run(self, options: dict[str, Any]) -> None:
        out, target = options["out"], options["json"]
        if out is not None:
            require_folder(out)
        if target not in (None, "-"):
            require_folder(Path(target).absolute().parent)
        names = ("grids", "compounds", "communities", "buildings", "offices", "accuracy_m")
        columns = ("grid_code", "compound_code", "community_code", "households")
        files = AuditFiles(**{name: options[name] for name in (*names, *columns)})
        result = audit_files(files=files, engine=options["engine"], progress=self._say)
        text = json_text(result.report)
        if out is not None:
            self._say(_("写出到 %(out)s") % {"out": out})
            for path in write_audit(result, out=out, title=options["title"]):
                self._say(str(path))
        if target == "-":
            self.stdout.write(text, ending="")
        elif target is not None:
            write_whole(Path(target), text)
            self._say(target)
        self._tables(result, to_stderr=target == "-")

    def _say(self, text: str) -> None:
        self.stderr.write(text, style_func=str)

    def _tables(self, result: FileAudit, *, to_stderr: bool) -> None:
        stream = self.stderr if to_stderr else self.stdout
        console = Console(file=stream, soft_wrap=False, highlight=False)  # type: ignore[arg-type]
        for table in (_summary(result), _crossed(result), _notices(result)):
            if table.row_count:
                console.print(table)


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
