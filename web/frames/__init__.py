"""Development plans on screen."""
