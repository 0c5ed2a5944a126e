"""Notices to offices: courts of what was granted, prosecutors of what becomes eligible soon."""
