"""The verbs of the steps, each by itself."""
