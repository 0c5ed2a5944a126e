"""What a run shows while it runs and says at its end: log, progress, figures by step."""
