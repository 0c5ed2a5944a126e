"""Determinations in numbers: counted once, and which of the figures may be public."""
