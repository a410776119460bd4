"""manage.py make_demo --out DIR: write the invented demonstration district as files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gis.ingest.demo import NoSuchCity, make_district, write_city, write_demo


class Command(BaseCommand):
    help = "生成虚构的演示区，写成各种格式的文件（另有 truth.json 与 manifest.json）。不需要数据库。"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", required=True, type=Path, metavar="目录", help="写到哪个目录（没有则新建）")
        parser.add_argument("--seed", type=int, default=1, metavar="N", help="随机种子：同一种子得到同一个区（默认 1）")
        parser.add_argument(
            "--size", choices=["S", "M", "L"], default="S", help="S：一个区；M、L：许多个区（仅 GeoParquet）"
        )
        parser.add_argument(
            "--noise-m", type=float, default=0.3, metavar="米", help="小区边界的数字化误差（默认 0.3 米）"
        )
        parser.add_argument("--plain", action="store_true", help="全部写成 GeoParquet（EPSG:4549）")

    def handle(self, *_args: Any, **options: Any) -> None:
        out: Path = options["out"]
        if not 0 <= options["noise_m"] <= 5:
            raise CommandError("--noise-m 应在 0 到 5 米之间。")
        if options["seed"] < 0:
            raise CommandError("--seed 应为 0 或正整数。")
        if out.exists() and not out.is_dir():
            raise CommandError(f"{out} 是一个文件，请用 --out 指定目录。")
        try:
            paths = self._written(out, options)
        except KeyboardInterrupt:
            raise CommandError("已中断，没有写下任何文件。", returncode=130) from None
        except NoSuchCity as reason:
            raise CommandError(f"种子 {options['seed']} 造不出符合要求的区，请换一个 --seed。（{reason}）") from reason
        except OSError as reason:
            raise CommandError(f"无法写入 {out}：{reason.strerror or reason}。请检查权限和磁盘空间。") from reason
        for path in paths:
            self.stdout.write(str(path))

    def _written(self, out: Path, options: dict[str, Any]) -> list[Path]:
        if options["size"] == "S":
            return write_demo(make_district(options["seed"], options["noise_m"]), out, plain=options["plain"])
        return write_city(options["seed"], options["size"], options["noise_m"], out, tell=self.stderr.write)
