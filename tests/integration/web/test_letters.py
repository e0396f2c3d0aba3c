"""A case has letters: written, downloaded, filed under the number of another system, received, answered."""

from __future__ import annotations

import io

import docx
import sqlalchemy as sa

from engine.instances.models import Instance
from engine.tasks.models import UserTask
from tests.support.web import Site
from workflows.auditing.models import AuditEntry
from workflows.correspondence.models import Letter


def test_a_letter_is_written_filed_and_does_not_change_then(site: Site) -> None:
    # Given a case, and a letter written from it
    with site.application.database.reading() as session:
        case_id = session.scalars(sa.select(Instance.id).order_by(Instance.id)).first()
    here = f"/casos/{case_id}/cartas"
    visitor = site.visitor("amartinez")
    visitor.open(f"/casos/{case_id}")
    visitor.open(f"{here}/nueva?tipo=memorando")
    visitor.press(f"{here}/nueva", status=422, para="Oficina de Control Interno", texto="")
    assert "Falta: texto" in visitor.text()
    visitor.press(
        f"{here}/nueva", para="Oficina de Control Interno", asunto="Informe <3>", texto="Va el informe.\nGracias."
    )
    (letter,) = letters(site)

    # When it is downloaded and filed
    made = visitor.client.get(f"{here}/{letter.id}/archivo.docx")
    words = [one.text for one in docx.Document(io.BytesIO(made.data)).paragraphs]
    visitor.press(f"{here}/{letter.id}", status=422, accion="radicar", radicado="2018-77", fecha="9/9/2030")
    assert "no puede ser futura" in visitor.text()
    visitor.send(f"{here}/{letter.id}", [*visitor.fields(f"{here}/{letter.id}#radicar"), ("accion", "radicar"),
                                         ("radicado", "2018-77"), ("fecha", "2018-07-05")])  # fmt: skip

    # Then it says its number, and it is not written again
    assert "Va el informe." in words and "Memorando" in words[0] + words[1]
    (letter,) = letters(site)
    assert letter.number == "2018-77"
    visitor.open(f"{here}/")
    assert "2018-77" in visitor.text() and "Sin radicar" not in visitor.text()
    token = [one for one in visitor.fields(f"{here}/recibida") if one[0] == "csrf_token"]
    fields = [*token, ("tipo", "oficio"), ("para", "Otra"), ("asunto", "Otro"), ("texto", "Otro.")]
    visitor.send(f"{here}/{letter.id}", fields, status=422)
    assert "ya tiene radicado" in visitor.text() and letters(site)[0].subject == "Informe <3>"
    with site.application.database.reading() as session:
        acts = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.object_kind == "carta")).all()
    assert list(acts) == ["escribir_carta", "descargar_carta", "radicar_carta"]


def test_a_letter_that_came_is_kept_with_its_file_and_answered(site: Site) -> None:
    with site.application.database.reading() as session:
        case_id = session.scalars(sa.select(Instance.id).order_by(Instance.id)).first()
    here = f"/casos/{case_id}/cartas"
    visitor = site.visitor("amartinez")
    visitor.open(f"{here}/")

    typed = {"de": "Veeduría", "asunto": "Pide el avance", "radicado": "E-12", "fecha": "2018-07-04"}
    visitor.press(f"{here}/recibida", archivo=(io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "carta.pdf"), **typed)
    (letter,) = letters(site)
    again = visitor.press(f"{here}/recibida", status=422, **typed)
    visitor.open(f"{here}/nueva?responde={letter.id}")

    assert again is not None and letter.file_id is not None
    assert (
        "Respuesta al radicado E-12" in visitor.last.text and "Responde al radicado E-12 de Veeduría" in visitor.text()
    )


def letters(site: Site) -> list[Letter]:
    with site.application.database.reading() as session:
        return list(session.scalars(sa.select(Letter).order_by(Letter.id)))


def test_the_letters_of_a_case_stand_below_its_tasks_those_of_the_task_first(site: Site) -> None:
    # Given a task, and two letters of its case: one of another step, and an older one of the task
    with site.application.database.reading() as session:
        task = session.scalars(sa.select(UserTask).where(UserTask.assignee == "sruiz")).first()
    assert task is not None
    visitor, here = site.visitor("sruiz"), f"/casos/{task.instance_id}/cartas"
    for subject, of in (("Del paso", f"?tarea={task.id}"), ("De otro paso", "")):
        visitor.open(f"{here}/nueva{of}")
        visitor.press(f"{here}/nueva", para="Jurídica", asunto=subject, texto="Va.")

    page = visitor.open(f"/tareas/{task.id}")

    listed = [" ".join(one.text_content().split()) for one in page.xpath("//section[@class='letters']//li")]
    assert [line.partition(" · ")[0] for line in listed] == ["Oficio: Del paso", "Oficio: De otro paso"]
    assert "de otro paso del proceso" in listed[1] and "de otro paso" not in listed[0] and "sin radicar" in listed[0]
