"""What the rows of a person say together: counts, cycles, and the facts that relief asks for."""
