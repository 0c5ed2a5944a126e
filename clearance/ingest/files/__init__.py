"""The input files of an ingest: finds them, recognizes what each is, and checks it."""
