"""The house itself: who may know whom, and words that only one place may say."""
