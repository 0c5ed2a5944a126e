"""Sweeps: the packs in force over every unit, into `determinations`, with a manifest each."""
