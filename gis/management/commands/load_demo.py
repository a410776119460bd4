"""``manage.py load_demo DIR``: import every file of a folder in the order of its manifest, all or none."""

import json
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from gis.geometry.errors import GridworkError
from gis.services.territory import load_folder
from gis.speech import in_words


class Command(BaseCommand):
    help = "按 manifest.json 的次序导入一个文件夹（如 make_demo 生成的演示区）；任何一行被拒绝则全部不导入。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="文件夹")
        parser.add_argument("--in-force-from", metavar="YYYY-MM-DD", default="2024-01-01", help="自哪天零时起生效")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            day = date.fromisoformat(options["in_force_from"])
        except ValueError as error:
            raise CommandError("生效日期不对；应为 YYYY-MM-DD，如 2024-07-01。") from error
        try:
            loaded = load_folder(
                folder=options["folder"], by=None, in_force_from=timezone.make_aware(datetime.combine(day, time.min))
            )
        except GridworkError as refusal:
            raise CommandError(in_words(refusal.message)) from refusal
        except DatabaseError as error:
            raise CommandError("连接不上数据库或数据库出错，未写入任何数据；请检查数据库后重试。") from error
        except KeyboardInterrupt:
            raise CommandError("已中断，未写入任何数据。", returncode=130) from None
        if options["json"]:
            files = [{"kind": file.kind.value, "file": file.file, **file.counts} for file in loaded]
            self.stdout.write(json.dumps({"files": files}, ensure_ascii=False))
            return
        for file in loaded:
            figures = "\t".join(
                f"{label} {file.counts[name]}"
                for name, label in (("added", "新增"), ("changed", "变更"), ("unchanged", "不变"))
            )
            self.stdout.write(f"{file.kind.label}\t{file.file}\t{figures}")
