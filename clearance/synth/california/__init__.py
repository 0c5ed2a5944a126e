"""The made-up state: counties, years and charges in about the proportions of California."""
