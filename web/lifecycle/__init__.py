"""Pages of a plan's life: its six phases, and the guide row by row."""
