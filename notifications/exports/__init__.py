"""Tables that other systems ask for: made when due, delivered where wanted, kept as they were sent."""
