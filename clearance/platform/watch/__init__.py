"""Log, progress and figures of a run's steps."""
