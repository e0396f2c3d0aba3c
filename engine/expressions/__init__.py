"""The one small language of conditions, collections and form rules: no calls but a table, no loops, linear time."""

from engine.expressions.compiling import MAX_LENGTH, Expression, compile_expression

__all__ = ["MAX_LENGTH", "Expression", "compile_expression"]
