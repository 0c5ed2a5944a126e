"""The fields of a source row read: event, place, disposition, sentence, and what cannot be read."""
