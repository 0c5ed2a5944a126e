"""Ingest: loads DOJ research files into `source_rows`, `quarantine` and `source_files`."""
