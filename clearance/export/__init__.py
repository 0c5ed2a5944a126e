"""Export: the determinations of a sweep, as one file for other tools."""
