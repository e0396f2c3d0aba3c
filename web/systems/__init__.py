"""Other systems that a plan tells what happens, on screen."""
