"""Maintenance: tables in few files, and old versions of the record deleted."""
