"""The *bitácora* on screen."""
