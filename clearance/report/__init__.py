"""Determinations to public pages: one for the state, one for each county."""
