"""Export: what a sweep decided, as one file for other tools."""
