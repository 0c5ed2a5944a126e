"""The pages of a report: templates, and the files that are made from them."""
