"""Two sweeps side by side: which answers differ, and how many people that touches."""
