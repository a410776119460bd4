"""The demonstration's own check of itself: what `project demo --check` says of a platform that works."""

from project.bootstrap import selfcheck
from tests.journeys.conftest import Site


def test_the_demonstration_finds_itself_in_order(site: Site) -> None:
    passwords = {f"demo_{role.value}": account.password for role, account in site.accounts.items()}
    assert selfcheck.check(site.url, passwords) == 0
