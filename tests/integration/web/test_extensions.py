"""Asking for more time on the page of a task, and answering."""

from __future__ import annotations

from tests.integration.web.test_task import task_of
from tests.support.web import Site


def test_more_time_is_asked_for_on_the_task_and_granted_from_the_inbox_of_the_liaison(site: Site) -> None:
    # Given Sandra's report, for which she asks until Friday the 13th
    task = task_of(site, "reportar_avance", "IDPAC")
    sandra, ricardo = site.visitor("sruiz"), site.visitor("rmora")
    sandra.open(task)
    sandra.press(f"{task}/prorroga", hasta="13/7/2018", motivo="Falta el soporte de la alcaldía.")
    assert "espera respuesta" in sandra.text()

    # When the liaison answers it
    ricardo.open("/bandeja")
    ricardo.open(ricardo.page().xpath("//a[starts-with(., 'Prórrogas por decidir')]")[0].get("href"))
    assert "Falta el soporte de la alcaldía." in ricardo.text()
    assert "pasa al reporte extemporáneo" in ricardo.text()
    ricardo.press("/prorrogas", hasta="10/7/2018", conceder="1")

    # Then her task has that day, and nothing waits for him
    assert "Nadie espera su respuesta" in ricardo.text()
    sandra.open(task)
    assert "concedió hasta el martes 10 de julio" in sandra.text()
    assert "· martes 10 de julio" in sandra.text()


def test_what_cannot_be_asked_is_said_with_what_was_typed(site: Site) -> None:
    task = task_of(site, "reportar_avance", "IDPAC")
    sandra = site.visitor("sruiz")
    sandra.open(task)

    sandra.press(f"{task}/prorroga", 422, hasta="ayer", motivo="Porque sí.")

    assert "Escriba hasta qué día" in sandra.text()
    assert dict(sandra.fields(f"{task}/prorroga"))["motivo"] == "Porque sí."


def test_who_is_not_asked_decides_nothing(site: Site) -> None:
    diana = site.visitor("dsuarez")
    diana.open("/prorrogas")

    assert "Nadie espera su respuesta" in diana.text()


def test_the_inbox_never_says_that_nothing_is_near_over_what_is_late(site: Site) -> None:
    site.clock.move_to(site.clock.now().replace(day=20))
    sandra = site.visitor("sruiz")

    sandra.open("/bandeja")

    assert "vencida" in sandra.page().xpath("string(//p[@class='lead'])")
    assert "Ninguna tiene un plazo próximo" not in sandra.text()
