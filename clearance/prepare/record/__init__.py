"""The fields of a source row, typed: event, place, disposition, sentence; data-quality flags."""
