"""A charge text as a citation: code book, section, subdivisions, and the other parts it cites."""
