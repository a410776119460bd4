"""Who a case goes to, as forms say it."""

from typing import Any

from django.utils.translation import gettext as _

from gis.selectors import staff
from gis.services.audits.refusals import AuditError

NOBODY = "-"
"""How a form says that a case goes to nobody: no user name looks so."""


def officer_named(username: str) -> Any:
    """Return the account of a user name, None for nobody. Typed loosely, because doors do not know the models.

    Raises
    ------
    AuditError : there is no such account ("case.assignee").
    """
    if username == NOBODY:
        return None
    found = staff.account(username)
    if found is None:
        raise AuditError(_("没有账号 %(name)s；请重新选择负责人。") % {"name": username}, rule="case.assignee")
    return found
