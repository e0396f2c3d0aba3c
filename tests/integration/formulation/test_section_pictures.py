"""The pictures of a section's text are files of the section: what is wrong with them is told before it is sent."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from engine.clock import VirtualClock
from tests.integration.formulation.conftest import Office
from workflows.documents import files, section_pictures


def _picture(size: tuple[int, int] = (20, 10), kind: str = "PNG") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size).save(target, kind)
    return target.getvalue()


@pytest.mark.parametrize(
    ("text", "names", "said"),
    [
        ("![Un mapa](mapa.png)", ["mapa.png"], []),
        ("![Una foto](foto.jpg)", ["foto.jpg", "mapa.png"], []),
        ("![Un mapa](otro.png)", ["mapa.png"], ["no está en Anexos"]),
        ("![](mapa.png)", ["mapa.png"], ["Diga en palabras qué muestra"]),
        ("![Un mapa](mapa.png)", ["mapa.png", "mapa.png"], ["está dos veces"]),
        ("![Un texto](datos.csv)", ["datos.csv"], ["no es PNG ni JPG"]),
        ("![Ancha](ancha.png)", ["ancha.png"], ["más de 6000 píxeles"]),
        ("![Rota](rota.png)", ["rota.png"], ["no se puede leer"]),
        ("Sin imágenes", [], []),
    ],
)
def test_a_picture_is_said_in_words_and_is_once_among_the_files_and_can_be_shown(
    office: Office, text: str, names: list[str], said: list[str]
) -> None:
    contents = {"datos.csv": b"a;b\n1;2\n", "ancha.png": _picture((6_001, 2)), "foto.jpg": _picture(kind="JPEG"),
                "rota.png": _picture()[:-30]}  # fmt: skip
    with office.database.unit_of_work() as session:
        clock: VirtualClock = office.clock
        kept = [files.store(session, clock, "ana", one, contents.get(one, _picture())).id for one in names]
        found = list(section_pictures.wrong(session, text, kept))
        shown = section_pictures.kept(session, text, kept)

    assert len(found) == len(said)
    assert all(part in sentence for part, sentence in zip(said, found, strict=True))
    assert set(shown) <= set(names)
