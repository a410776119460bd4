"""manage.py create_account NAME --role ROLE [--territory CODE]: how the first administrator comes to be."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from gis.geometry.errors import GridworkError
from gis.services.staff import create_account, give_role
from gis.speech import in_words
from gis.terms import Role


class Command(BaseCommand):
    help = "创建账号并授予角色；随机密码只显示这一次。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="账号")
        parser.add_argument("--display-name", default="", metavar="姓名或岗位")
        parser.add_argument(
            "--role", choices=[role.value for role in Role], default=Role.ADMINISTRATOR.value, help="默认：系统管理员"
        )
        parser.add_argument("--territory", default="", metavar="编码", help="6、9、12 或 15 位区划编码；留空为全市")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                made = create_account(username=options["username"], display_name=options["display_name"], by=None)
                give_role(user=made.user, role=Role(options["role"]), territory_code=options["territory"], by=None)
        except GridworkError as refusal:
            raise CommandError(in_words(refusal.message)) from refusal
        self.stdout.write(f"{made.user.get_username()}\t{made.password}")
