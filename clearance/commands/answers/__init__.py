"""The verbs that read a store: explain, diff, export, sweeps and replay."""
