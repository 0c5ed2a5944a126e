"""Faults of storage, of the cluster and of this program, turned into errors with a remedy."""
