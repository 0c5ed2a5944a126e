"""A charge text as a citation: its code book, section, subdivisions, and what it cites beside."""
