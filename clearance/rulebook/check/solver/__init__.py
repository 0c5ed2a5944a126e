"""A pack as formulas over any unit, for z3: which rules can decide, and whom they reach."""
