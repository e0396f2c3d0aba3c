"""What the steps of the diagrams do: service tasks by topic, form handlers by name."""
