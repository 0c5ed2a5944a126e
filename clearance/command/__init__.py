"""The command line: options to settings, one call a step, results and errors to the reader."""
