"""From birth to archive."""
