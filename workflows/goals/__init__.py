"""Objectives and lines."""
