from __future__ import annotations

import pytest

from workflows.documents.letters import SIGN, UnwritableText, received, shown

WORD = "\uf0b7 Se realizó la mesa\n\uf0a7 actas \uf0e0 firma \uf0fc \uf0a8 \uf04a \uf0b3 80 %"


def test_the_private_letters_of_word_are_kept_as_what_they_meant() -> None:
    pasted = WORD

    kept = received(pasted)

    assert kept == "• Se realizó la mesa\n▪ actas → firma ✓ ◻ ☺ ≥ 80 %"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_end_becomes_one(end: str) -> None:
    pasted = f"uno{end}dos"

    kept = received(pasted)

    assert kept == "uno\ndos"


def test_marks_that_turn_the_writing_around_are_left_out_and_what_runs_from_right_to_left_stays() -> None:
    disguised = "pago_\u202e001\u202c \u2067עברית\u2069"

    kept = received(disguised)

    assert kept == "pago_001 עברית"


@pytest.mark.parametrize("letter", ["\x00", "\x07", "\x7f", "\x9b", "\ud83d", "\ufffe", "\ufdd0", "\U0001ffff"])
def test_a_letter_that_nothing_can_keep_is_refused_with_its_place(letter: str) -> None:
    typed = f"Se realizó la mesa{letter} de trabajo"

    with pytest.raises(UnwritableText) as refused:
        received(typed)

    assert (
        f"después de «Se realizó la mesa» un carácter invisible que no se puede guardar (U+{ord(letter):04X})"
        in str(refused.value)
    )


def test_a_text_from_before_the_rule_is_shown_with_a_sign() -> None:
    stored = {"filas": [("a\x00b", 3, None), ["\uf0b7 mesa"]]}

    printed = shown(stored)

    assert printed == {"filas": [[f"a{SIGN}b", 3, None], ["• mesa"]]}
