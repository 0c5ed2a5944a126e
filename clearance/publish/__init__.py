"""Determinations to files: county packets, their summaries, statistics."""
