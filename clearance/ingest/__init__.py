"""Ingest: text of DOJ research files into `source_rows`, `quarantine` and `source_files`."""
