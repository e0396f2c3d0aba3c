"""Mutation testing of the pure cores: small faults are put into the code, and some unit test must notice each."""
