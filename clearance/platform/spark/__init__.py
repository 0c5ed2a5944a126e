"""Spark on this machine: Java, jars, the session, and small means of building plans."""
