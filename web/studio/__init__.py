"""Where process leaders read, draw, check and publish the diagrams and forms."""
