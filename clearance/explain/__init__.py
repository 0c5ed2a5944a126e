"""Explain: one person's record and each decision about it, in words."""
