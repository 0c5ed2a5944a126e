"""The verbs of `clearance rules`: list, sign, check, show, pages and test."""
