"""The command line: one file a verb. What a verb calls is imported inside it, Spark above all.

Wrong use and `--help` are answered before Spark is loaded.
"""
