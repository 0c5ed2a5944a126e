"""The site of docs/: its pages, those that are rendered from the code, and what builds them."""
