"""``manage.py run_audit --district 370212``: audit a district's layers in the database, print what was found."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from gis.geometry.errors import GridworkError
from gis.selectors import audits
from gis.selectors.audits import FindingRow, RunRow
from gis.services.audits import runs
from gis.speech import in_words
from gis.terms import Clarity, FindingKind

LIST_AT_MOST = 50


class Command(BaseCommand):
    help = "检查一个区的网格与小区：记录问题，并与上一次检查比较。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--district", required=True, metavar="编码", help="区的 6 位编码")
        parser.add_argument("--import-id", type=int, metavar="编号", help="只检查这次导入改动的地方")
        parser.add_argument("--json", metavar="文件", help="把结果写成 JSON；“-”表示标准输出")

    def handle(self, *_args: Any, **options: Any) -> None:
        code: str = options["district"]
        try:
            if options["import_id"] is None:
                run = runs.run_audit(district_code=code, by=None, cause=runs.BY_COMMAND)
            else:
                run = runs.audit_import(district_code=code, import_id=options["import_id"])
        except GridworkError as refusal:
            raise CommandError(in_words(refusal.message)) from refusal
        page = audits.findings(district_code=code, limit=1_000_000)
        if options["json"]:
            self._write_json(options["json"], run, page.rows)
        if options["json"] != "-":
            self._print(run, page.rows)

    def _write_json(self, target: str, run: RunRow, rows: list[FindingRow]) -> None:
        said = {"run": asdict(run), "findings": [asdict(row) for row in rows]}
        text = json.dumps(said, ensure_ascii=False, indent=2, default=_plain)
        if target == "-":
            self.stdout.write(text)
            return
        try:
            Path(target).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"不能写入 {target}：{error.strerror}；请换一个位置。检查结果已存入数据库。") from error

    def _print(self, run: RunRow, rows: list[FindingRow]) -> None:
        console = Console(file=cast(IO[str], self.stdout), width=None if self.stdout.isatty() else 120)
        console.print(_summary(run))
        if rows:
            console.print(_list(rows[:LIST_AT_MOST]))
        if len(rows) > LIST_AT_MOST:
            console.print(f"另有 {len(rows) - LIST_AT_MOST} 个问题未列出；用 --json 取得全部。")


def _summary(run: RunRow) -> Table:
    took = f"{run.seconds:.2f}" if run.seconds is not None else "—"
    how = f"{run.engine}，GEOS {run.geos_version}"
    table = Table(
        title=f"{run.kind.label} {run.district_code}：判定 {run.judged} 处，用时 {took} 秒（{how}）",
        caption=f"新增 {run.new}，仍存在 {run.known}，已消除 {run.resolved}",
        title_justify="left",
    )
    table.add_column("问题")
    table.add_column(Clarity.CLEAR.label, justify="right")
    table.add_column(Clarity.DOUBTFUL.label, justify="right")
    for kind in FindingKind:
        counted = run.standing.get(kind, {})
        if counted:
            table.add_row(kind.label, str(counted.get(Clarity.CLEAR, 0)), str(counted.get(Clarity.DOUBTFUL, 0)))
    return table


def _list(rows: list[FindingRow]) -> Table:
    table = Table(title="问题清单（按宽度）", title_justify="left")
    for heading in ("编号", "问题", "对象", "判断", "比较", "状态"):
        table.add_column(heading)
    table.add_column("宽度（米）", justify="right")
    table.add_column("涉及户数", justify="right")
    for row in rows:
        place = f"{row.names[0]} {row.subjects[0]}".strip()
        table.add_row(
            str(row.id),
            row.kind.label,
            place,
            row.clarity.label,
            row.novelty.label,
            row.state.label,
            f"{row.width_m:.1f}",
            str(row.households),
        )
    return table


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
