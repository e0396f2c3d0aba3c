"""The plan and how it enters the system."""
