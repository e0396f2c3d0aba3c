"""Telling other systems what happens in the cases of a plan: signed, retried, with a log."""
