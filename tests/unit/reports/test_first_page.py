"""The first page of a report, and its slides, say what its figures say."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import docx
from pptx import Presentation

from tests.support.reports import report
from workflows.reports import summary
from workflows.reports.charts import draw
from workflows.reports.contents import ChangeLine, Report, SilentLine, light
from workflows.reports.docx import render_docx
from workflows.reports.pptx import render_pptx


def _month() -> Report:
    """June with an indicator that fell to red, one that is silent, and a coverage."""
    month = report()
    red = replace(month.indicators[0], code="IR-1", light=light("rojo", None), compliance=Decimal("48.25"))
    return replace(
        month,
        plan=replace(month.plan, coverage=Decimal(90), opportunity=Decimal(75)),
        indicators=(red, *month.indicators),
        bottlenecks=(replace(month.bottlenecks[0], indicator="IR-1", cause="No hubo contrato"),),
        silent=(SilentLine("SDG", "IR-2", "Otro", "Ana", "mayo de 2018", "último dato: mayo de 2018", 1),),
        changes=(ChangeLine("IR-1", "Organizaciones", light("verde", None), light("rojo", None)),),
        changed_since="mayo de 2018",
    )


def test_the_first_page_says_what_changed_what_is_red_and_why_who_is_silent_and_how_much_is_known() -> None:
    changed, red, silent, known = summary.of_month(_month())

    assert changed.title == "Qué cambió desde mayo de 2018"
    assert changed.lines == ("IR-1 Organizaciones: de «En verde» a «En rojo».",)
    assert red.lines == ("IR-1 Organizaciones fortalecidas (IDPAC), 48,3 %. No hubo contrato",)
    assert silent.lines == ("SDG: IR-2.",)
    assert known.lines == ("Se conoce el 90,0 % del peso de lo exigible; el 75,0 % llegó a tiempo.",)


def test_why_an_indicator_is_behind_stands_before_what_was_difficult_and_behind_what_the_meeting_found() -> None:
    month = replace(_month(), bottlenecks=())
    told = replace(month.indicators[0], justification="Hubo paro", difficulties="Llovió")

    lines = {
        said: summary.of_month(replace(month, indicators=(one,)))[1].lines[0].rpartition("%. ")[2]
        for said, one in {
            "both": told, "difficult": replace(told, justification=""),
            "neither": replace(told, justification="", difficulties=""),
        }.items()
    }  # fmt: skip

    assert (lines["both"], lines["difficult"]) == ("Hubo paro", "Llovió")
    assert lines["neither"] == "Ese mes, quien reporta no dijo por qué."


def test_a_month_in_order_says_so_and_leaves_no_part_empty() -> None:
    changed, red, silent, known = summary.of_month(replace(report(), changed_since="mayo de 2018"))

    assert changed.lines == ("Ningún indicador cambió de color.",)
    assert (red.lines, silent.lines) == (("Nada.",), ("Todo lo que debía traer dato lo trajo.",))
    assert known.lines


def test_a_long_list_is_cut_and_says_how_many_more_there_are() -> None:
    change = _month().changes[0]

    (changed, *_rest) = summary.of_month(replace(_month(), changes=(change,) * 11))

    assert len(changed.lines) == summary.MOST + 1
    assert changed.lines[-1] == "Y 3 indicadores más cambiaron."


def test_the_committee_gets_ten_slides_with_the_figures_of_the_document() -> None:
    month = _month()

    deck = Presentation(io.BytesIO(render_pptx(month, draw(month))))

    told = [
        " ".join(
            [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
            + [cell.text for shape in slide.shapes if shape.has_table for row in shape.table.rows for cell in row.cells]
        )
        for slide in deck.slides
    ]
    assert len(told) == 10
    assert all(slide.shapes.title.text_frame.text for slide in deck.slides)
    assert "91,0 %" in told[0] and "48,3 %" in told[2] and "SDG: IR-2." in told[3]
    assert "88,0 %" in told[5] and "IDPAC" in told[6]


def test_the_word_file_says_each_chart_in_words_and_keeps_it_off_the_table_above() -> None:
    month = report("Algo")
    charts = draw(month)

    written = docx.Document(io.BytesIO(render_docx(month, charts)))

    pictures = [one for one in written.paragraphs if one._p.xpath(".//w:drawing")]
    assert [one._p.xpath(".//wp:docPr/@descr")[0] for one in pictures[-3:]] == list(charts.told.values())
    assert all(one.paragraph_format.space_before for one in pictures)
