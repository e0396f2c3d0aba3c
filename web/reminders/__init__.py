"""The pages on which a plan says when its tasks are reminded of."""
