"""Ingest: records compared by hashes, line by line and person by person."""
