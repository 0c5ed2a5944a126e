"""The diff of two sweeps: which answers differ, and for how many people."""
