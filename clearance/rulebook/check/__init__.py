"""The check of the rulebook: cases, cites, elements, and a solver's proofs about each pack."""
