"""The command line: `cauce`."""

from web.cli.root import main

__all__ = ["main"]
