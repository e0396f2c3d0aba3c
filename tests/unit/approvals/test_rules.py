"""The rule of approval, the first month of a plan, and the comparison of versions: pure."""

from __future__ import annotations

import datetime as dt

import pytest

from workflows.approvals import adopting, approving
from workflows.documents.comparing import differences, pieces

THREE = ["SDG", "IDPAC", "DADEP"]
YES, REMARK, NO = "aprueba", "aprueba_con_observacion", "no_aprueba"


@pytest.mark.parametrize(
    ("rule", "decisions", "approved"),
    [
        ("unanimidad", {"SDG": YES, "IDPAC": YES, "DADEP": REMARK}, True),
        ("unanimidad", {"SDG": YES, "IDPAC": YES, "DADEP": NO}, False),
        ("unanimidad", {"SDG": YES, "IDPAC": YES}, False),
        ("mayoria", {"SDG": NO, "IDPAC": YES, "DADEP": YES}, True),
        ("mayoria", {"SDG": YES, "IDPAC": NO, "DADEP": NO}, False),
        ("mayoria", {"SDG": YES}, False),
        ("cabeza_decide", {"SDG": YES, "IDPAC": NO, "DADEP": NO}, True),
        ("cabeza_decide", {"SDG": NO, "IDPAC": YES, "DADEP": YES}, False),
    ],
)
def test_a_rule_makes_one_decision_of_many(rule: str, decisions: dict[str, str], approved: bool) -> None:
    assert approving.is_approved(rule, decisions, THREE, ["SDG"]) is approved


def test_half_is_no_majority() -> None:
    assert not approving.is_approved("mayoria", {"SDG": YES}, ["SDG", "IDPAC"], ["SDG"])


@pytest.mark.parametrize(
    ("written", "known"),
    [("Mayoría", "mayoria"), ("cabeza decide", "cabeza_decide"), ("unanimidad", "unanimidad"), ("", "unanimidad")],
)
def test_a_rule_is_known_however_it_was_written(written: str, known: str) -> None:
    assert approving.known_rule(written) == known


@pytest.mark.parametrize(
    ("adopted_on", "month"),
    [((2018, 3, 20), "2018-04"), ((2018, 3, 1), "2018-03"), ((2018, 12, 31), "2019-01"), ((2018, 2, 28), "2018-03")],
)
def test_a_plan_is_followed_from_its_first_whole_month(adopted_on: tuple[int, int, int], month: str) -> None:
    assert adopting.first_full_month(dt.date(*adopted_on)) == month


def test_two_texts_are_compared_word_by_word() -> None:
    found = list(pieces("La meta es de 75 km de ejes.", "La meta es de 80 km de ejes viales."))

    assert [(kind, words.strip()) for kind, words in found] == [
        ("igual", "La meta es de"),
        ("sale", "75"),
        ("entra", "80"),
        ("igual", "km de"),
        ("sale", "ejes."),
        ("entra", "ejes viales."),
    ]


def test_what_does_not_change_is_shortened() -> None:
    long = " ".join(f"palabra{n}" for n in range(100))

    ((kind, words), (_entra, added)) = pieces(long, f"{long} nueva")

    assert (kind, added.strip()) == ("igual", "nueva")
    assert words.split()[0] == "…"
    assert words.split()[-1] == "palabra99"


def test_only_sections_that_differ_are_told() -> None:
    before = {"sections": [_section("1", "igual"), _section("2", "uno dos"), _section("3", "se va")]}
    after = {"sections": [_section("1", "igual"), _section("2", "uno tres"), _section("4", "llega")]}

    told = {one.code: (one.kind, one.in_words()) for one in differences(before, after)}

    assert told == {
        "2": ("cambia", "uno [− dos] [+ tres]"),
        "4": ("nueva", "[+ llega]"),
        "3": ("retirada", "[− se va]"),
    }


def _section(code: str, text: str) -> dict[str, str]:
    return {"code": code, "title": f"Sección {code}", "text": text}
