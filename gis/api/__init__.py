"""The programming interface under /api/v1/: parse, allow, call, shape."""
