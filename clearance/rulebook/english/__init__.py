"""Packs and decisions in English, for the lawyer who signs off and the person they are about."""
