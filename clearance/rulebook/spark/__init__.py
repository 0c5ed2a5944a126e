"""Packs decided by Spark: one expression a fact, one projection a stage."""
