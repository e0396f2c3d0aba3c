"""Indicators: data sheets, programming, formulas, traffic lights."""
