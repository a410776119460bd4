"""Verbs of tiles: make the generalised copies, keep finished tiles on disk."""
