"""Citations held against the statute lists and tables of `rules/`."""
