"""How bodies are read: JSON as RFC 8259 has it, of a bounded depth; NaN and Infinity are no numbers."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class JsonIn(JSONParser):
    """JSON; what is nested too deeply for the reader is unreadable, not a fault."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        try:
            return super().parse(stream, media_type, dict(parser_context or {}))
        except RecursionError as error:
            raise ParseError("nested too deeply") from error
