"""What a plan chooses to be about: themes from every source, and the framework that follows from those chosen."""
