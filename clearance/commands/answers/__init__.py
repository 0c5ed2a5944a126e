"""Verbs that ask a store: about one person, about its sweeps, about other rules."""
