"""The rooms of the domain: each puts together its steps, forms and choices."""
