"""The recipes of the guide and those beside the work are the same."""

from __future__ import annotations

from docs import recipes as guide
from web.studio.recipes import RECIPES, of_tab


def test_the_guide_holds_the_recipes_that_the_studio_shows() -> None:
    assert guide.PAGE.read_text(encoding="utf-8") == guide.page(), "run: python -m docs.recipes"


def test_there_are_twenty_each_with_what_to_do_and_a_tab_that_is_there() -> None:
    assert len(RECIPES) == 20
    assert all(one.steps and one.tab in guide.TABS for one in RECIPES)
    assert {one.title for tab in [*guide.TABS, ""] for one in of_tab(tab)} == {one.title for one in RECIPES}
