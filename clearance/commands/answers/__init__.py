"""The verbs that ask a store: about one person, its sweeps, and what other rules would decide."""
