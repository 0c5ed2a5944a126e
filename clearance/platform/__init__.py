"""What every step uses: Spark, the store, faults, progress and the paths of the project."""
