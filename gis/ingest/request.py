"""What a reader is asked for."""

from dataclasses import dataclass
from pathlib import Path

from gis.ingest.limits import Limits
from gis.ingest.sniffing import Format


@dataclass(frozen=True, slots=True)
class Request:
    """One dataset to read: `source` is what the person calls the file, `path` where it lies now."""

    path: Path
    source: str
    format: Format
    layer: str | None
    encoding: str | None
    limits: Limits
