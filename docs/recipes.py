"""Writes the twenty recipes into docs/guia/procesos.md, from what the studio shows beside the work.

Run it after a change of `web/studio/recipes.py`:  python -m docs.recipes
"""

from __future__ import annotations

from pathlib import Path

from web.studio.recipes import RECIPES, Recipe

PAGE = Path(__file__).parent / "guia" / "procesos.md"
IMAGES = Path(__file__).parent / "images"
"""The pictures of the recipes, which `tests/browser/test_twenty_requests.py` makes."""
BEGIN, END = "<!-- recetas -->", "<!-- fin de las recetas -->"
TABS = {
    "dibujo": "Dibujo",
    "tabla": "Tabla",
    "condiciones": "Condiciones",
    "formularios": "Formularios",
    "roles": "Roles",
    "comienzo": "Comienzo",
    "publicar": "la página del proceso",
    "en curso": "la página del proceso",
}


def page() -> str:
    """The guide's page with the recipes as they are now."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    told = "\n".join(_written(number, one) for number, one in enumerate(RECIPES, start=1))
    return f"{before}{BEGIN}\n{told}\n{END}{after}"


def _written(number: int, one: Recipe) -> str:
    steps = " ".join(f"{place}) {step}" for place, step in enumerate(one.steps, start=1))
    then = f" {one.then}" if one.then else ""
    told = f"{number}. **{one.title}** ({TABS[one.tab]}). {steps}{then}"
    picture = f"receta-{number:02}.png"
    return f"{told}\n\n   ![{one.title}](../images/{picture})\n" if (IMAGES / picture).exists() else told


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
