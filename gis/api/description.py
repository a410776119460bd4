"""How the interface describes itself (OpenAPI)."""

from drf_spectacular.openapi import AutoSchema


class Description(AutoSchema):
    """The description of one operation."""
