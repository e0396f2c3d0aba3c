"""People, incidents, mails."""
