"""Approvals at a link by mail, for people who never sign in: off by default, per role."""
