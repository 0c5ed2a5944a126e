"""The whole state made up: its counties, years and charges in about their real proportions."""
