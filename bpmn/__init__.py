"""The diagrams and forms that Cauce ships, as data."""
