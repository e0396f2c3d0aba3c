"""Cases: their small state, and how it advances."""
