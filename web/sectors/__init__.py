"""Sectors: their card, entities, places and days."""
