"""What process owners edit."""
