"""The pages of the letters of a case: written, filed, received."""
