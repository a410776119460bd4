"""manage.py make_demo_accounts --district CODE [--json]: one account a role, passwords printed once."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gis.services.staff import make_demo_accounts


class Command(BaseCommand):
    help = "为演示区的每种角色创建一个账号，随机密码只显示这一次；已有的账号改用新密码。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--district", required=True, metavar="编码", help="演示区的 6 位区划编码")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *_args: Any, **options: Any) -> None:
        accounts = [
            {"role": role.value, "label": role.label, "username": made.user.get_username(), "password": made.password}
            for role, made in make_demo_accounts(district_code=options["district"]).items()
        ]
        if options["json"]:
            self.stdout.write(json.dumps({"accounts": accounts}, ensure_ascii=False))
            return
        for account in accounts:
            self.stdout.write(f"{account['label']}\t{account['username']}\t{account['password']}")
