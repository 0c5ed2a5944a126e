"""The language of packs: the models of a pack's file, and its facts resolved to values."""
