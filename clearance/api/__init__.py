"""Clearance from Python: an opened store, the rulebook, and a decision about one person.

`import clearance` has all of it: `clearance.open`, `clearance.load_rulebook`, `clearance.decide`.
"""
