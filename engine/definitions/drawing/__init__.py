"""A diagram as a picture that prints, and as an ordered text that says the same."""

from engine.definitions.drawing.picture import draw_svg
from engine.definitions.drawing.wording import Step, describe

__all__ = ["Step", "describe", "draw_svg"]
