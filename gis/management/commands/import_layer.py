"""``manage.py import_layer KIND FILE``: a dry run of an import; with --commit, the import itself."""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from gis.geometry.errors import GridworkError
from gis.selectors.staff import account
from gis.services.territory import ImportPlan, commit_import, notice_as_dict, plan_import
from gis.speech import in_words
from gis.terms import GridKind, LayerKind

LIST_AT_MOST = 30
"""Notices printed; all of them stand in --csv and --json."""

COUNTS = {
    "read": "读取",
    "refused": "拒绝",
    "repaired": "修复",
    "warnings": "提醒",
    "added": "新增",
    "changed": "变更",
    "redrawn": "其中边界变更",
    "unchanged": "不变",
    "retired": "停用",
    "missing": "文件中没有",
}

SEVERITIES = {"refused": "拒绝", "repaired": "修复", "warning": "提醒"}


class Command(BaseCommand):
    help = "导入一个图层。默认只试算并报告，不写入；加 --commit 才写入。可以导入时退出码为 0，被拒绝时为 1。"

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = "、".join(f"{kind.value}（{kind.label}）" for kind in LayerKind)
        parser.add_argument("kind", choices=[kind.value for kind in LayerKind], metavar="类别", help=kinds)
        parser.add_argument("file", type=Path, metavar="文件")
        parser.add_argument("--district", default="", metavar="编码", help="6 位区划编码")
        parser.add_argument("--source", default="", metavar="来源", help="提供文件的单位；按来源记住字段对应")
        parser.add_argument("--layer", metavar="图层", help="文件含多个图层时选择其一")
        parser.add_argument("--crs", metavar="EPSG:n", help="坐标系，文件未写明或写错时指定")
        parser.add_argument("--encoding", metavar="编码", help="文字编码，自动判断不对时指定，如 GB18030")
        parser.add_argument("--datum", choices=["gcj02", "bd09"], default="as_is", help="坐标实为偏移坐标时换算")
        parser.add_argument("--trust-datum", action="store_true", help="坐标看似偏移或错位也按原样导入")
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="字段=列名",
            help="指定字段对应的列，可多次，如 code=网格编码",
        )
        parser.add_argument(
            "--accuracy-m", type=float, metavar="米", help="数据精度（默认：该区该图层上次导入的精度，首次为 1.0 米）"
        )
        parser.add_argument("--in-force-from", metavar="YYYY-MM-DD", help="自哪天零时起生效（默认：此刻）")
        parser.add_argument(
            "--grid-kind",
            choices=[kind.value for kind in GridKind],
            default=GridKind.ORDINARY.value,
            help="网格类型的默认值",
        )
        parser.add_argument("--retire-missing", action="store_true", help="停用文件中没有的地点")
        parser.add_argument("--settle-overlaps", action="store_true", help="裁齐误差内的网格重叠，逐项列出")
        parser.add_argument("--commit", action="store_true", help="写入数据库")
        parser.add_argument("--by", metavar="账号", help="以哪个账号导入（按其权限）；默认为命令行")
        parser.add_argument("--json", metavar="文件", help="把报告写成 JSON；“-”表示标准输出")
        parser.add_argument("--csv", metavar="文件", type=Path, help="把逐行说明写成 CSV")

    def handle(self, *_args: Any, **options: Any) -> None:
        committed = None
        try:
            with self._progress() as progress:
                plan = self._plan(options, progress)
                if options["commit"] and plan.can_commit:
                    committed = commit_import(plan, by=self._account(options["by"]), progress=progress)
        except GridworkError as refusal:
            self._report_refusal(options, refusal)
            raise CommandError(in_words(refusal.message)) from refusal
        except DatabaseError as error:
            raise CommandError("连接不上数据库或数据库出错，未写入任何数据；请检查数据库后重试。") from error
        except KeyboardInterrupt:
            raise CommandError("已中断，未写入任何数据。", returncode=130) from None
        self._report(plan, options, committed.pk if committed else None)
        if not plan.can_commit:
            raise CommandError(f"“{plan.file_name}”不能导入；请按上面的说明改正后重试。")

    def _plan(self, options: dict[str, Any], progress: Any) -> ImportPlan:
        return plan_import(
            kind=LayerKind(options["kind"]),
            path=options["file"],
            by=self._account(options["by"]),
            accuracy_m=options["accuracy_m"],
            in_force_from=_moment(options["in_force_from"]),
            district_code=options["district"],
            source=options["source"],
            mapping=_mapping(options["column"]),
            crs=options["crs"],
            encoding=options["encoding"],
            layer=options["layer"],
            datum=options["datum"],
            trust_datum=options["trust_datum"],
            retire_missing=options["retire_missing"],
            settle_overlaps=options["settle_overlaps"],
            grid_kind=GridKind(options["grid_kind"]),
            progress=progress,
        )

    def _account(self, username: str | None) -> Any:
        if username is None:
            return None
        user = account(username)
        if user is None:
            raise CommandError(f"没有账号“{username}”；请核对 --by。")
        return user

    @contextmanager
    def _progress(self) -> Iterator[Any]:
        """Show steps on standard error while it is a terminal; hand back what services tell their progress to."""
        console = Console(stderr=True)
        bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True
        )
        bar.disable = not console.is_terminal
        with bar:
            task = bar.add_task("", total=1.0)
            yield lambda step, done: bar.update(task, description=in_words(step), completed=done)

    def _report(self, plan: ImportPlan, options: dict[str, Any], import_id: int | None) -> None:
        report = in_words(plan.as_dict()) | {
            "committed": bool(options["commit"]) and plan.can_commit,
            "import_id": import_id,
        }
        if options["csv"]:
            _write_csv(options["csv"], plan)
        if options["json"]:
            self._write_json(options["json"], report)
        if options["json"] != "-":
            console = Console(file=cast(IO[str], self.stdout), width=None if self.stdout.isatty() else 140)
            _print(console, plan, committed=report["committed"], import_id=import_id)

    def _report_refusal(self, options: dict[str, Any], refusal: GridworkError) -> None:
        if options["json"]:
            said = {"can_commit": False, "committed": False, "rule": refusal.rule, "message": in_words(refusal.message)}
            self._write_json(options["json"], {"kind": options["kind"], "file": options["file"].name, **said})

    def _write_json(self, target: str, report: dict[str, Any]) -> None:
        text = json.dumps(report, ensure_ascii=False, indent=2)
        if target == "-":
            self.stdout.write(text)
            return
        try:
            Path(target).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"不能写入 {target}：{error.strerror}；请换一个位置。") from error


def _moment(day: str | None) -> datetime:
    if day is None:
        return timezone.now()
    try:
        return timezone.make_aware(datetime.combine(date.fromisoformat(day), time.min))
    except ValueError as error:
        raise CommandError(f"生效日期“{day}”不对；应为 YYYY-MM-DD，如 2024-07-01。") from error


def _mapping(said: list[str]) -> dict[str, str]:
    mapping = {}
    for pair in said:
        field, equals, column = pair.partition("=")
        if not (equals and field.strip() and column.strip()):
            raise CommandError(f"--column “{pair}”不对；应写成 字段=列名，如 code=网格编码。")
        mapping[field.strip()] = column.strip()
    return mapping


def _write_csv(path: Path, plan: ImportPlan) -> None:
    """Write the notices as a table that Excel opens with its Chinese intact (UTF-8 with a mark)."""
    columns = ["row", "severity", "rule", "field", "value", "area_change_m2", "message"]
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            table = csv.DictWriter(stream, columns)
            table.writeheader()
            table.writerows(in_words(notice_as_dict(notice)) for notice in plan.notices)
    except OSError as error:
        raise CommandError(f"不能写入 {path}：{error.strerror}；请换一个位置。") from error


def _print(console: Console, plan: ImportPlan, *, committed: bool, import_id: int | None) -> None:
    console.print(f"{plan.request.kind.label} “{plan.file_name}”，坐标系 {plan.crs[:60]}", highlight=False)
    if plan.encoding:
        console.print(f"文字编码 {plan.encoding}：{in_words(plan.encoding_reason)}", highlight=False)
    if plan.datum_words:
        console.print(in_words(plan.datum_words), highlight=False)
    figures = Table(title="已写入" if committed else "试算（未写入）")
    for label in COUNTS.values():
        figures.add_column(label, justify="right")
    figures.add_row(*(str(plan.counts()[name]) for name in COUNTS))
    console.print(figures)
    columns = Table(title="字段对应")
    for label in ("字段", "列名", "依据"):
        columns.add_column(label)
    for field, column in plan.mapping.items():
        columns.add_row(field, column, in_words(plan.mapping_reasons.get(field, "")))
    console.print(columns)
    if plan.notices:
        console.print(_notices(plan))
    if committed:
        console.print(f"导入记录 {import_id}。" if import_id else "内容与现行数据相同，未作任何改动。")


def _notices(plan: ImportPlan) -> Table:
    left_off = len(plan.notices) - LIST_AT_MOST
    table = Table(title="说明", caption=f"另有 {left_off} 条，见 --csv 或 --json" if left_off > 0 else None)
    for label in ("行", "结果", "说明", "规则"):
        table.add_column(label, overflow="fold")
    for notice in plan.notices[:LIST_AT_MOST]:
        row = "" if notice.row is None else str(notice.row)
        table.add_row(row, SEVERITIES[notice.severity.value], in_words(notice.message), notice.rule)
    return table
