"""What a definition is called: a key, and the tenant whose own variant of it is meant."""

from __future__ import annotations

from typing import NamedTuple


class Name(NamedTuple):
    """The key of a process or form, and a tenant where its own variant is meant; none has what all share.

    Written `f2_elaboracion_pes`, or `f2_elaboracion_pes@HAB`: in addresses, drafts and the record of who changed what.
    Inside a case there are only keys: its tenant says which definition each stands for.
    """

    key: str
    tenant: str = ""

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.key}@{self.tenant}" if self.tenant else self.key

    @classmethod
    def parse(cls, text: str) -> Name:
        """The name that a text stands for."""
        key, _, tenant = text.partition("@")
        return cls(key, tenant)
