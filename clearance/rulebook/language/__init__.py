"""The language of packs: what a pack may say, as models, and its facts resolved to values."""
