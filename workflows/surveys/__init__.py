"""What citizens are asked, by a link and without a name."""
