"""The counts and cycles of a person, and the facts of the person that relief depends on."""
