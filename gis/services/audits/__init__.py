"""Audits: run them, keep their findings as cases, report them."""
