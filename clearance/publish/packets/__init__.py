"""A county's packet: the lines of its people with what was decided of each conviction."""
