"""Spark on this machine: Java, jars, the session, and helpers for building plans."""
