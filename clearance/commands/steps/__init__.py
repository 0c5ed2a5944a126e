"""The verbs of the steps: each runs one step by itself, and prints what came of it."""
