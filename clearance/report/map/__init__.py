"""The counties of California as outlines, with the notice of where they come from."""
