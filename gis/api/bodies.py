"""Bodies of writes: a field that does not exist is a mistake, not something to pass over."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers


class Body(serializers.Serializer[Any]):
    """What a write carries; an unknown field is refused by name."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(map(str, data)) - set(self.fields))
            if unknown:
                known = "、".join(self.fields) or _("无")
                words = _("没有这个字段；可用的有：%(known)s。") % {"known": known}
                raise serializers.ValidationError({name: [words] for name in unknown[:10]})
        return super().to_internal_value(data)
