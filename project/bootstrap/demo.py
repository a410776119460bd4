"""The demonstration: the platform with the invented district, served until Ctrl-C."""


def run_demo(*, check: bool, reset: bool, port: int) -> int:
    """Run."""
    raise NotImplementedError
