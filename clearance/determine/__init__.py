"""The step determine: one sweep of the packs in force over every unit, with its manifest."""
