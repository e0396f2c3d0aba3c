"""Which data a case has at every step, and where each comes from."""

from engine.definitions.dataflow.world import World

__all__ = ["World"]
