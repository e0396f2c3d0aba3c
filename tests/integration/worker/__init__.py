"""The worker: units that fail alone."""
