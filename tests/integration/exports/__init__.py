"""Files that other systems are sent."""
