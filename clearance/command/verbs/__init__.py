"""The verbs of the command: options to settings, session, one call, and what to show.

What a verb calls is imported inside it: wrong use is told before Spark is even loaded.
"""
