"""The rule language: packs of rules as data, and what can be done with them.

`rules` always means the law in `rules/`; this package only knows how to read, check, render,
compile and evaluate it. Nothing here imports Spark but `spark.compile` and `spark.rows`.
"""
