"""Redrawing grids: proposals, plans, and what comes of them."""
