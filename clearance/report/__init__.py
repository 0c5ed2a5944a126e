"""Determinations to one page."""
