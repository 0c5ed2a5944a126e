"""The rule language: packs of rules as data, and the code that loads, checks and evaluates them.

`rules` always means the law in `rules/`; this package loads, checks, renders, compiles and
evaluates it. Only `spark.compile` and `spark.rows` import Spark.
"""
