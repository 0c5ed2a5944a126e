"""Side feeds: what the research file does not say, from CSV files into a table a kind."""
