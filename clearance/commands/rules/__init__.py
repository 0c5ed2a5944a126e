"""The verbs of the rulebook: listed, signed, checked, in English, and its cases."""
