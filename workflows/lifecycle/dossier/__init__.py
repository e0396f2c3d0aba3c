"""Every record that a form of the plan asks for: what it is called, how it is read, which row of the guide it is of."""
