"""What coordinators watch."""
