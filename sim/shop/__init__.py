"""The shop: its state and rules in plain Python, without simulated time or storage."""
