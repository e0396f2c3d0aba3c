"""What the steps of the diagrams do, a folder a room: service tasks by topic, form handlers by name, choices."""
