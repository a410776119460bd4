"""Make the generalised copies that the map's tiles are drawn from, now instead of when the worker comes to it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from gis.services.tiles import copies, upkeep


class Command(BaseCommand):
    help = "生成地图瓦片用的概略图形 · make the generalised copies that map tiles are drawn from"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--all", action="store_true", help="先补记所有缺少概略图形的图形 · first note every shape that has none"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["all"]:
            upkeep.mend()
        for code in upkeep.districts_waiting():
            made = copies.make_copies(district_code=code)
            self.stdout.write(f"{code}：{made} 个图形 · {made} shapes")
