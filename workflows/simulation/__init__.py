"""People at play: robots that fill forms by the one door everybody uses, and a clock that is moved past them."""
