"""The verbs of the steps: each runs a single step and prints its result."""
