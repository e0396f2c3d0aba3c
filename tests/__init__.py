"""The suite."""

import os
import sys

# Containers often ask Python to keep no bytecode. Here a hundred processes begin, each with five hundred files to read.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
