"""The statute lists and tables of `rules/`, and the lists that a charge is on."""
