"""Questions and comments about tasks and cases."""
