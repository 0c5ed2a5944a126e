"""Clearance: which record relief California law gives, to whom, why, and from which date."""

__version__ = "0.1.0"
