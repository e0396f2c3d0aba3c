"""The demonstration: a plan already under way, and a clock that can be moved."""
