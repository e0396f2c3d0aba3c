"""Signing in with the account of one's entity: OpenID Connect."""
