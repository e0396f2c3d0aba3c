"""Taking over into a variant of a form what the shared one changed since, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from engine.definitions.merging import Merged

Part = Mapping[str, Any]


def merge(base: bytes, shared: bytes, own: bytes) -> Merged:
    """The variant with what the shared form changed since `base`, wherever the variant itself did not.

    All three are the JSON of a form. What both changed stays as in the variant, and is told by its path (`clave`,
    `tabla.columna`); what is no field (a heading, a group) is told by its own key.
    """
    kept: list[str] = []
    merged = _part(orjson.loads(base), orjson.loads(shared), orjson.loads(own), "", kept)
    return Merged(orjson.dumps(merged), tuple(dict.fromkeys(kept)))


def _part(base: Part, shared: Part, own: Part, path: str, kept: list[str]) -> dict[str, Any]:
    """A form, or a field of it: each thing it says by itself, then what is in it."""
    merged = dict(own)
    for name in dict.fromkeys([*base, *shared]):
        if name == "components" or base.get(name) == shared.get(name):
            continue
        if own.get(name) == base.get(name):
            if name in shared:
                merged[name] = shared[name]
            else:
                merged.pop(name, None)
        elif own.get(name) != shared.get(name):
            kept.append(path or str(own.get("id", "")))
    if any("components" in one for one in (base, shared, own)):
        merged["components"] = _components(_parts(base), _parts(shared), _parts(own), path, kept)
    return merged


def _components(
    base: Mapping[str, Part], shared: Mapping[str, Part], own: Mapping[str, Part], path: str, kept: list[str]
) -> list[dict[str, Any]]:
    """The fields of the variant in its order; what the shared one added stands after what it follows there."""
    merged: dict[str, dict[str, Any]] = {}
    for key, mine in own.items():
        at = _path(path, mine, key)
        if key in base and key not in shared:
            if mine == base[key]:
                continue  # taken out there, untouched here
            kept.append(at)
        both = key in base and key in shared
        merged[key] = _part(base[key], shared[key], mine, at, kept) if both else dict(mine)
        if key in shared and key not in base and shared[key] != mine:
            kept.append(at)
    for key, theirs in shared.items():
        if key not in own and key not in base:
            merged = _after(merged, _before(shared, key, merged), key, theirs)
        elif key not in own and theirs != base[key]:
            kept.append(_path(path, theirs, key))
    return list(merged.values())


def _parts(part: Part) -> dict[str, Part]:
    """What is in it, by key; what has none by its id, else by all it says."""
    inside: Sequence[Part] = part.get("components") or ()
    return {str(one.get("key") or one.get("id") or orjson.dumps(one).decode()): one for one in inside}


def _path(path: str, part: Part, key: str) -> str:
    """A group only arranges: what is in it counts as the form's own."""
    if not part.get("key"):
        return path or key
    return f"{path}.{key}" if path else key


def _before(shared: Mapping[str, Part], key: str, merged: Mapping[str, Any]) -> str:
    """The nearest field before it that the variant has too; none where it stands first."""
    keys = list(shared)
    return next((one for one in reversed(keys[: keys.index(key)]) if one in merged), "")


def _after(merged: Mapping[str, dict[str, Any]], place: str, key: str, part: Part) -> dict[str, dict[str, Any]]:
    if not place:
        return {key: dict(part), **merged}
    found: dict[str, dict[str, Any]] = {}
    for one, kept in merged.items():
        found[one] = kept
        if one == place:
            found[key] = dict(part)
    return found
