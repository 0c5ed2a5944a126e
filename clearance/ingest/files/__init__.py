"""What was given as input: which files there are, what each is, and how it is unpacked."""
