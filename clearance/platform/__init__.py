"""What every step stands on: Spark, the store, faults, progress, and where files lie."""
