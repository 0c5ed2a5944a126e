"""The command line, a file for each verb.

A verb imports its step inside its function, so that `--help` and wrong use do not load Spark.
"""
