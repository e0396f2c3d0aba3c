"""Files in the layouts of other systems: made when due, delivered, compared; nobody waits for a dead receiver."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import paramiko
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy.orm import undefer

from engine.units import SystemIncident
from notifications.errors import ReceiverRefused, ReceiverUnavailable
from notifications.exports import channels, delivering
from notifications.exports.channels import File, Settings
from notifications.exports.models import Export, ExportDelivery
from tests.integration.webhooks.test_delivering import receiver
from tests.support.remote import free_port
from tests.support.reports import report
from tests.support.sftp import SftpServer, sftp_server
from tests.support.sharing import made_once
from tests.support.web import SECRET, Site, build_template, open_site
from web import migrating
from web.cli import main
from workflows.auditing.models import AuditEntry
from workflows.errors import Refused
from workflows.indicators.models import Indicator
from workflows.reports import layouts
from workflows.reports.contents import ProjectMoney
from workflows.reports.layouts import Asked, Sheet

PLAN = "PES-GOB"
ADDRESS = f"/plan/{PLAN}/sistemas/archivos/"
COLUMNS = 'COD = codigo\nMes = periodo\nNombre = indicador\nFuente = "Cauce"'


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "site", build_template)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a private key."""
    path = tmp_path_factory.mktemp("llave") / "cauce"
    made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    path.write_bytes(made)
    return path


@pytest.fixture
def office(template: Path, tmp_path: Path, key: Path) -> Iterator[Site]:
    site = open_site(
        template, tmp_path, demo=False, inner_receivers=True, exports=tmp_path / "archivos", sftp_key=key,
    )  # fmt: skip
    site.give_password("amartinez", "sruiz")
    yield site
    site.application.database.dispose()


def _ask(site: Site, target: str, status: int = 200, **chosen: str) -> str:
    """Have the coordination ask for a file on the page; what the page says then."""
    visitor = site.visitor("amartinez")
    visitor.open(ADDRESS)
    wanted = {"cuando": "daily", "columnas": COLUMNS, "nombre": "Tablero", "destino": target, **chosen}
    visitor.press(ADDRESS, status, **wanted)
    return visitor.text()


def _deliver(site: Site) -> int:
    sending = delivering.Sending(SECRET, site.application.config.receivers)
    return delivering.deliver_due(site.application.database, site.clock, site.application.calendar, sending)


def _later(site: Site, **duration: int) -> None:
    site.clock.move_to(site.clock.now() + dt.timedelta(**duration))


def _files(site: Site) -> list[ExportDelivery]:
    with site.application.database.reading() as session:
        return list(session.scalars(sa.select(ExportDelivery).order_by(ExportDelivery.id)))


def _incidents(site: Site) -> list[SystemIncident]:
    with site.application.database.reading() as session:
        return list(session.scalars(sa.select(SystemIncident).where(SystemIncident.state == "open")))


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode()), delimiter=";"))


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("", "al menos una columna"),
        ("COD codigo", "línea 1"),
        ("COD = codigo\nX = inventado", "línea 2"),
        ("COD = codigo\nCOD = valor", "mismo título"),
        ("= codigo", "línea 1"),
    ],
)
def test_a_mapping_that_is_not_understood_says_where(mapping: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        layouts.read(mapping, layouts.CSV)


@pytest.mark.parametrize(
    "columns",
    [
        (Asked("COD", "codigo"), Asked("A = B", "", "x = y"), Asked("Fuente", "", "")),
        (Asked("=", "mes"), Asked('Dice "hola"', "valor"), Asked("Cita", "", 'dijo "sí"')),
    ],
)
def test_columns_are_read_as_they_are_written(columns: tuple[Asked, ...]) -> None:
    assert layouts.read(layouts.write(columns), layouts.CSV).columns == columns


def test_what_changed_is_told_by_indicator_and_column() -> None:
    before = Sheet(["COD", "V", "Viejo"], {"A": ["A", "1", "x"], "B": ["B", "2", "x"]})

    told = layouts.compare(before, Sheet(["Nuevo", "V", "COD"], {"A": ["y", "3", "A"], "C": ["y", "4", "C"]}))

    assert (told.added, told.removed) == (("C",), ("B",))
    assert (told.new_columns, told.lost_columns) == (("Nuevo",), ("Viejo",))
    assert told.are_any and not layouts.compare(before, before).are_any
    assert [(one.code, one.title, one.before, one.after) for one in told.changed] == [("A", "V", "1", "3")]


def test_a_file_reaches_its_folder_once_a_day_and_is_compared_with_the_one_before(office: Site, tmp_path: Path) -> None:
    said = _ask(office, "carpeta:planeacion/metas")
    first = [_deliver(office), _deliver(office)]
    with office.application.database.unit_of_work() as session:
        session.execute(sa.update(Indicator).values(name=Indicator.name + " (otra vez)"))
    _later(office, days=3)  # from Friday to Monday
    again = _deliver(office)

    assert "Lo que ya toca sale" in said and first == [1, 0] and again == 1
    before, after = _files(office)
    assert (before.key, after.key) == ("2018-07-06", "2018-07-09") and before.changed is None
    assert after.changed and after.changed > 20 and not _incidents(office)
    written = sorted((tmp_path / "archivos" / "planeacion" / "metas").iterdir())
    assert [one.name for one in written] == [before.name, after.name]
    head, *rows = _rows(written[0].read_bytes())
    assert head == ["COD", "Mes", "Nombre", "Fuente"] and len(rows) > 20
    assert {(row[1], row[3]) for row in rows} == {("2018-06", "Cauce")}
    visitor = office.visitor("amartinez")
    visitor.open(f"{ADDRESS}1")
    assert "Qué cambió en" in visitor.text() and "Nada desde el anterior" not in visitor.text()
    link = visitor.page().xpath("//th/a/@href")[-1]
    assert visitor.client.get(link).data == written[0].read_bytes()


def test_nothing_is_due_on_a_day_that_nobody_works_or_before_six(office: Site) -> None:
    _later(office, days=1)  # Saturday
    _ask(office, "carpeta:a")
    assert _deliver(office) == 0

    _later(office, days=2, hours=-5)  # Monday at five
    assert _deliver(office) == 0
    _later(office, hours=2)
    assert _deliver(office) == 1


def test_a_closed_month_is_sent_once_when_it_is_due_by_months(office: Site) -> None:
    _ask(office, "carpeta:a", cuando="closed", formato="xlsx")

    assert [_deliver(office), _deliver(office)] == [1, 0]
    (made,) = _files(office)
    assert made.key == made.period == "2018-05"
    visitor = office.visitor("amartinez")
    sheet = openpyxl.load_workbook(io.BytesIO(visitor.client.get(f"{ADDRESS}1/enviados/{made.id}").data)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == ["COD", "Mes", "Nombre", "Fuente"]


def test_a_quarter_is_sent_once_its_last_month_is_closed_with_the_project_of_each_row(office: Site) -> None:
    columns = "Trimestre = trimestre\nProyecto = proyecto\nMeta = codigo\nCompromisos = compromisos"
    _ask(office, "carpeta:a", cuando="quarterly", columnas=columns)

    assert [_deliver(office), _deliver(office)] == [1, 0]

    (made,) = _files(office)
    assert made.period == "2018-03"  # May is closed, June is not
    visitor = office.visitor("amartinez")
    head, *rows = _rows(visitor.client.get(f"{ADDRESS}1/enviados/{made.id}").data)
    assert head == ["Trimestre", "Proyecto", "Meta", "Compromisos"]
    assert {row[0] for row in rows} == {"2018-T1"} and any(row[1] for row in rows)
    assert {row[3] for row in rows} == {""}  # nobody endorsed money of March: empty, never 0


def test_the_money_of_a_project_stands_in_each_row_that_it_carries_out() -> None:
    month = report("Uno")
    line = replace(
        month.indicators[0], project="1064", money=ProjectMoney(Decimal(9000), Decimal(5000), Decimal("12.5"))
    )
    layout = layouts.read("P = proyecto\nA = apropiacion\nC = compromisos\nG = giros", layouts.CSV)

    made = layouts.render(layout, replace(month, indicators=(line,)))

    assert made.sheet.rows == {line.code: ["1064", "9000", "5000", "12,5"]}


def test_a_file_is_posted_and_signed(office: Site) -> None:
    with receiver() as system:
        _ask(office, system.url)
        _deliver(office)

    ((headers, body),) = system.came
    assert headers["content-type"] == "text/csv" and headers["webhook-signature"].startswith("v1,")
    assert headers["cauce-file"] == _files(office)[0].name and _rows(body)[0][0] == "COD"


def test_a_dead_receiver_is_told_tried_again_and_keeps_no_other_waiting(office: Site, tmp_path: Path) -> None:
    port = free_port()
    _ask(office, f"http://127.0.0.1:{port}/x", nombre="Muerto")
    _ask(office, "carpeta:vivo", nombre="Vivo")

    assert _deliver(office) == 1
    (incident,) = _incidents(office)
    assert incident.kind == "export" and incident.key == f"{PLAN}/1"
    assert _deliver(office) == 0 and _incidents(office)[0].attempts == 1
    assert len(list((tmp_path / "archivos" / "vivo").iterdir())) == 1
    visitor = office.visitor("amartinez")
    visitor.open(ADDRESS)
    assert "No llega" in visitor.text()
    health = office.app.test_client().get("/salud").json or {}
    assert health["archivos_a_sistemas"] == {"por_salir": 1, "que_no_llegan": 1}
    assert any("1 archivo no llega a otro sistema" in one for one in health["avisos"])
    figures = office.app.test_client().get("/metrics").text
    assert 'cauce_export_files{state="failing"} 1.0' in figures
    assert 'cauce_export_files{state="sent"} 1.0' in figures

    with receiver(port) as system:
        _later(office, minutes=2)
        assert _deliver(office) == 1
    health = office.app.test_client().get("/salud").json or {}
    assert health["archivos_a_sistemas"] == {"por_salir": 0, "que_no_llegan": 0}
    assert len(system.came) == 1 and not _incidents(office)


def test_the_newest_is_sent_again_and_a_stopped_one_is_not(office: Site) -> None:
    with receiver() as system:
        _ask(office, system.url)
        _deliver(office)
        visitor = office.visitor("amartinez")
        visitor.open(f"{ADDRESS}1")
        visitor.press(f"{ADDRESS}1/reenviar")
        _deliver(office)
        visitor.open(f"{ADDRESS}1")
        visitor.press(f"{ADDRESS}1/activo", activo="0")
        _later(office, days=3)
        _deliver(office)

    assert len(system.came) == 2 and system.came[0][1] == system.came[1][1]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("carpeta:../fuera", "sin espacios ni puntos"),
        ("sftp://servidor/metas", "sftp://usuario@"),
        ("sftp://u@servidor/metas", "huella"),
        ("ftp://servidor", "https://"),
    ],
)
def test_where_nothing_can_be_delivered_is_said_and_what_was_typed_stays(office: Site, target: str, said: str) -> None:
    page = _ask(office, target, 422)

    assert said in page
    with office.application.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Export)) == 0


def test_nobody_but_the_coordination_sees_them(office: Site) -> None:
    assert office.visitor("sruiz").client.get(ADDRESS).status_code == 403


def test_a_file_goes_over_sftp_whole_and_takes_the_place_of_one_of_its_name(
    office: Site, tmp_path: Path, key: Path
) -> None:
    (tmp_path / "lejos" / "metas").mkdir(parents=True)
    with sftp_server(tmp_path / "lejos", paramiko.PKey.from_path(key)) as server:
        _ask(office, server.target(), huella=server.host_key)
        assert _deliver(office) == 1, [one.message for one in _incidents(office)]
        channels.deliver(server.target(), server.host_key, _small(_files(office)[0].name), _settings(key))

    (there,) = (tmp_path / "lejos" / "metas").iterdir()
    assert there.name == _files(office)[0].name and there.read_bytes() == b"nuevo"


def test_another_server_another_key_and_no_folder_get_nothing(tmp_path: Path, key: Path) -> None:
    with sftp_server(tmp_path, paramiko.ECDSAKey.generate()) as server:
        with pytest.raises(ReceiverRefused, match="huella es otra"):
            channels.deliver(server.target(), f"SHA256:{'A' * 43}", _small("a.csv"), _settings(key))
        with pytest.raises(ReceiverRefused, match="no acepta la llave"):
            channels.deliver(server.target(), server.host_key, _small("a.csv"), _settings(key))
    known = paramiko.PKey.from_path(key)
    with sftp_server(tmp_path, known) as server, pytest.raises(ReceiverRefused, match="no tiene la carpeta"):
        channels.deliver(server.target("nada"), server.host_key, _small("a.csv"), _settings(key))
    gone = SftpServer(free_port(), server.host_key, tmp_path)
    with pytest.raises(ReceiverUnavailable):
        channels.deliver(gone.target(), gone.host_key, _small("a.csv"), _settings(key))
    assert list(tmp_path.iterdir()) == []


def test_it_is_asked_for_and_tried_by_command_too(
    office: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAUCE_DATABASE_URL", office.application.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CAUCE_EXPORTS", str(tmp_path / "archivos"))
    monkeypatch.setattr(migrating, "ensure_of_this_release", lambda database: None)  # the site's are made otherwise
    (tmp_path / "columnas.txt").write_text(COLUMNS, encoding="utf-8")
    add = ["exports", "add", PLAN, str(tmp_path / "columnas.txt"), "--name", "Metas", "--to", "carpeta:metas"]

    added = CliRunner().invoke(main, [*add, "--as", "amartinez"])
    written = CliRunner().invoke(main, ["exports", "write", "1", "2018-06", str(tmp_path / "junio.csv")])
    listed = CliRunner().invoke(main, ["exports", "list", PLAN])

    assert added.exit_code == 0 and "«Metas» (1)" in added.output, added.output
    assert written.exit_code == 0 and _rows((tmp_path / "junio.csv").read_bytes())[0][0] == "COD"
    assert "Metas  carpeta:metas  sin enviar" in listed.output


def test_columns_are_rearranged_tried_and_kept_for_the_files_to_come(office: Site) -> None:
    _ask(office, "carpeta:a")
    _deliver(office)
    visitor, address = office.visitor("amartinez"), f"{ADDRESS}1/columnas/"
    visitor.open(address)
    titles = ["COD", "Mes", "Nombre", "Fuente"]

    def press(action: str, status: int = 200, **typed: object) -> list[str]:
        """What the table says after a button."""
        visitor.press(address, status, accion=action, **typed)
        return [str(one) for one in visitor.page().xpath("//input[@name='titulo']/@value")]

    assert press("ver") == titles and "Nada cambia" in visitor.text()
    assert press("subir-1") == ["Mes", "COD", "Nombre", "Fuente"]
    assert press("bajar-0") == press("subir-0") == titles
    assert press("quitar-2") == ["COD", "Mes", "Fuente"]
    assert "Columnas que ya no van: Nombre" in visitor.text()
    assert press("agregar") == ["COD", "Mes", "Fuente", ""]
    assert "Escriba el título de la columna 4." in visitor.text() and not visitor.page().xpath("//*[@role='alert']")
    repeated = press("guardar", 422, titulo=["COD", "Mes", "COD", "Meta"])
    assert repeated == ["COD", "Mes", "COD", "Meta"] and "mismo título" in visitor.text()
    press(
        "guardar", titulo=["COD", "Mes", "Fuente", "Meta"], campo=["codigo", "mes", "", "meta_del_ano"],
        texto=["", "", "Cauce = SDP", ""],
    )  # fmt: skip
    _later(office, days=3)
    _deliver(office)

    before, after = _files(office)
    assert (before.titles, after.titles) == (titles, ["COD", "Mes", "Fuente", "Meta"])
    with office.application.database.reading() as session:
        told = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "cambiar_exportacion")).one()
        assert told.after == {"columnas": 'COD = codigo\nMes = mes\nFuente = "Cauce = SDP"\nMeta = meta_del_ano'}
    visitor = office.visitor("amartinez")  # three days later one signs in again
    visitor.open(f"{ADDRESS}1")
    assert "Columnas nuevas: Meta" in visitor.text() and "Columnas que ya no van: Nombre" in visitor.text()
    changed = {
        tuple(row.xpath("td/text()")) for row in visitor.page().xpath("//section[.//h2[@id='cambio']]//tbody/tr")
    }
    assert changed == {("Mes", "2018-06", "06"), ("Fuente", "Cauce", "Cauce = SDP")}


def test_the_command_delivers_to_a_folder_a_server_and_an_address(
    office: Site, tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lejos" / "metas").mkdir(parents=True)
    settings = {
        "CAUCE_DATABASE_URL": office.application.database.url.render_as_string(hide_password=False),
        "CAUCE_EXPORTS": str(tmp_path / "archivos"), "CAUCE_SFTP_KEY": str(key), "CAUCE_INNER_RECEIVERS": "1",
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(migrating, "ensure_of_this_release", lambda database: None)  # the site's are made otherwise
    send = ["exports", "send"]
    with sftp_server(tmp_path / "lejos", paramiko.PKey.from_path(key)) as server, receiver() as system:
        _ask(office, "carpeta:cerca", cuando="closed", nombre="Carpeta")
        _ask(office, server.target(), cuando="closed", nombre="Servidor", huella=server.host_key)
        _ask(office, system.url, cuando="closed", nombre="Dirección")

        first, second = CliRunner().invoke(main, send), CliRunner().invoke(main, send)

    assert first.exit_code == second.exit_code == 0, first.output
    assert "3 archivos enviados" in first.output and "0 archivos enviados" in second.output
    contents = [
        next((tmp_path / "archivos" / "cerca").iterdir()).read_bytes(),
        next((tmp_path / "lejos" / "metas").iterdir()).read_bytes(), system.came[0][1],
    ]  # fmt: skip
    assert contents == [one.content for one in _whole(office)] and len(set(contents)) == 1


def _whole(site: Site) -> list[ExportDelivery]:
    """The files with their content."""
    with site.application.database.reading() as session:
        query = sa.select(ExportDelivery).options(undefer(ExportDelivery.content))
        return list(session.scalars(query.order_by(ExportDelivery.id)))


def _small(name: str) -> File:
    return File(name, b"nuevo", {})


def _settings(key: Path) -> Settings:
    return Settings(sftp_key=key, inner=True)
