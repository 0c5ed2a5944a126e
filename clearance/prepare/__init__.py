"""From source rows to charges and arrests: what each count is, became, and says of its person."""
