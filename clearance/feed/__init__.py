"""The step feed: loads side feeds of other offices from CSV files, a table for each kind."""
