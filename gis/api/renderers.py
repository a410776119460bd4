"""How answers are written: JSON, and GeoJSON whose shapes PostgreSQL has written already."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer


class Json(JSONRenderer):
    """JSON in UTF-8; bytes are an answer that is written already."""

    ensure_ascii = False

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> Any:
        return data if isinstance(data, bytes) else super().render(data, accepted_media_type, renderer_context)


class GeoJson(Json):
    """The same bytes under the name of RFC 7946."""

    media_type = "application/geo+json"
    format = "geojson"
