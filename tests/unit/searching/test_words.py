"""The words of a text as the index keeps them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.searching.words import folded, indexed, marked, snippet, terms


def test_accents_capitals_and_repetitions_do_not_count() -> None:
    assert indexed("Revisión del ACTA, revision") == "revision del acta"


def test_a_code_is_kept_whole_and_in_its_parts() -> None:
    kept = indexed("IR-1.1 Inspectores").split()

    assert terms("ir-1.1")[0] in kept
    assert {"ir", "1", "inspectores"} <= set(kept)
    assert terms("ir-1.2")[0] not in kept


@pytest.mark.parametrize(
    ("asked", "wanted"), [("los indicadores", ["indicador"]), ("Actas", ["acta"]), ("de la", []), ("ñandú", ["nandu"])]
)
def test_a_plural_finds_its_singular_and_silent_words_are_left_out(asked: str, wanted: list[str]) -> None:
    assert terms(asked) == wanted


def test_a_snippet_is_cut_where_the_word_stands_and_marks_it() -> None:
    text = f"{'antes ' * 40}se acordó la revisión anual{' después' * 40}"

    found = snippet(text, ["revision"])

    assert len(found) < 200
    assert ("revisión", True) in marked(found, ["revision"])


@given(st.text())
def test_no_text_breaks_it_and_nothing_of_it_is_lost(text: str) -> None:
    assert len(folded(text)) == len(text)
    assert "".join(piece for piece, _hit in marked(text, terms(text))) == text
    assert indexed(text).isascii()
