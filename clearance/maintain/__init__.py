"""Maintenance: few files a table, and no record kept longer than it is needed."""
