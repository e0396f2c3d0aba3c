"""The pages of meetings: which there are, what becomes of each, who came."""
