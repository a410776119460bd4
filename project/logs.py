"""Log entries as lines of JSON, for whatever collects a container's output."""

import json
import logging
from datetime import UTC, datetime

OWN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request"}


class JsonLines(logging.Formatter):
    """One entry, one line: time (UTC), level, logger, message, and whatever the entry carries besides."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry as one line of JSON."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in OWN}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
