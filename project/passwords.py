"""Password strength, as level 3 of the Multi-Level Protection Scheme (等保) asks."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
KINDS_ASKED = 3


class MixedKinds:
    """A password has at least three of: small letters, capital letters, figures, other characters."""

    def validate(self, password: str, user: object | None = None) -> None:  # noqa: ARG002 - Django's signature
        """Raise ValidationError when too few kinds of character are in the password."""
        if sum(re.search(kind, password) is not None for kind in KINDS) < KINDS_ASKED:
            raise ValidationError(self.get_help_text(), code="password.kinds")

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return _("密码须包含小写字母、大写字母、数字、其他字符中的至少三种。")
