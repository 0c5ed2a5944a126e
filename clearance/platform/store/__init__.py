"""The Delta tables of a store: reading at a version, committing once, one writer at a time."""
