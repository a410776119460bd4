"""What the commands on files share: the layers, refusals as words, the way out of a report. No database is used."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from gis.geometry.errors import GridworkError
from gis.services.audits.output import require_folder, write_whole
from gis.speech import in_words

SHOWN = 20
"""Rows of a table on the screen; the rest stands in the files."""

INTERRUPTED = 130

LAYERS = ("grids", "compounds", "communities", "buildings", "accuracy_m")
COLUMNS = ("grid_code", "compound_code", "community_code", "households")
"""Options that both commands hand on to `AuditFiles` under the same names."""


class FileCommand(BaseCommand):
    """A command that reads layers from files and writes a report; `work` does it."""

    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_layers(self, parser: CommandParser) -> None:
        """Add the options that name the layers and their columns."""
        parser.add_argument("--grids", required=True, help="网格图层；多图层文件写作 文件|layername=图层名")
        parser.add_argument("--compounds", required=True, help="小区图层")
        parser.add_argument("--communities", help="社区图层")
        parser.add_argument("--buildings", help="楼栋图层（面或点）")
        parser.add_argument("--accuracy-m", type=float, default=1.0, help="图层标称精度，米（默认 1.0）")
        parser.add_argument("--grid-code", metavar="COL", help="网格编码列")
        parser.add_argument("--compound-code", metavar="COL", help="小区编码列")
        parser.add_argument("--community-code", metavar="COL", help="社区编码列")
        parser.add_argument("--households", metavar="COL", help="户数列（有楼栋图层时为楼栋的，否则为小区的）")
        parser.add_argument("--json", metavar="FILE", help="写出 JSON 报告的文件；- 为标准输出")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do the work where its results can be written; a refusal or Ctrl-C leaves words and nothing half-written."""
        try:
            if options["out"] is not None:
                require_folder(options["out"])
            if options["json"] not in (None, "-"):
                require_folder(Path(options["json"]).absolute().parent)
            self.work(options)
        except GridworkError as refusal:
            raise CommandError(in_words(refusal.message)) from refusal
        except KeyboardInterrupt as interrupt:
            raise CommandError(_("已中断，没有留下写了一半的文件。"), returncode=INTERRUPTED) from interrupt

    def work(self, options: dict[str, Any]) -> None:
        """Read, compute, write."""
        raise NotImplementedError

    def say(self, text: str) -> None:
        """Tell the person how far it is; standard output stays the report's."""
        self.stderr.write(text, style_func=str)

    def deliver(self, text: str, target: str | None, tables: list[Table]) -> None:
        """Write the text of the report where it was asked for, and its tables to the screen."""
        if target == "-":
            self.stdout.write(text, ending="")
        elif target is not None:
            write_whole(Path(target), text)
            self.say(target)
        console = Console(file=self.stderr if target == "-" else self.stdout, highlight=False)  # type: ignore[arg-type]
        for table in tables:
            if table.row_count:
                console.print(table)
