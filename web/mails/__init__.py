"""The mails that Cauce wrote, readable in the app."""
