"""What the shapes of the API have in common, and those that every operation uses."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

LARGEST_PAGE = 200
Item = TypeVar("Item")


class Shape(BaseModel):
    """What is sent or given; nothing else is taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(Shape):
    """What is wrong with one part: where, and what."""

    path: str
    message: str


class Problem(Shape):
    """Why something was refused (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    request: str
    errors: list[Part]


class Page(Shape, Generic[Item]):
    """Some of a list; `next` is the `cursor` of what follows, null at the end."""

    items: list[Item]
    next: str | None


class Listing(Shape):
    """Which part of a list is asked for."""

    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE, description="How many at most")] = 50
    cursor: Annotated[str, Field(max_length=400, description="`next` of the page before")] = ""


class Once(BaseModel):
    """The header that lets something be asked twice and done once."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    idempotency_key: Annotated[
        str,
        Field(
            alias="Idempotency-Key", max_length=64, pattern="^[A-Za-z0-9._:-]*$",
            description="The same key with the same body does nothing again and gives the same answer",
        ),
    ] = ""  # fmt: skip
