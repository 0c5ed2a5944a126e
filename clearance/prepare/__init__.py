"""Source rows to `charges` and `arrests`: the charge and the outcome of each count, the person."""
