"""The check of the rulebook: cases, cites, elements, and what a solver proves of each pack."""
