"""The *bitácora*: who did, or was refused, what."""
