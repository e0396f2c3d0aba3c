"""How an answer that is a file names it: the one place that writes `Content-Disposition`."""

from __future__ import annotations

import unicodedata
from typing import TypeVar
from urllib.parse import quote

from werkzeug.wrappers import Response

from workflows.documents.files import clean_name

Answer = TypeVar("Answer", bound=Response)


def named(answer: Answer, name: str, *, attached: bool = True) -> Answer:
    """The answer as a file called `name`, to keep or (not `attached`) to show.

    As RFC 6266 asks: a name in ASCII, and beside it the whole one where that says more. Should a browser open what is
    to be kept: nothing in it runs, and it is of no origin.
    """
    whole = clean_name(name)
    letters = unicodedata.normalize("NFKD", whole)
    plain = "".join("_" if not letter.isascii() else letter for letter in letters if not unicodedata.combining(letter))
    header = f'{"attachment" if attached else "inline"}; filename="{plain}"'
    if plain != whole:
        header += f"; filename*=UTF-8''{quote(whole, safe='')}"
    answer.headers["Content-Disposition"] = header
    if attached:
        answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
