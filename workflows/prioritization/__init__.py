"""What a plan chooses to be about: what was found wrong or promising, themes, and the framework that follows."""
