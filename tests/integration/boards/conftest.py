"""The same sites as the rest of the web."""

from __future__ import annotations

from tests.integration.web.conftest import make_site, office, site, template

__all__ = ["make_site", "office", "site", "template"]
