"""What may stand between the marks of a template that people write: listed variables, `if` and `for`, nothing else.

The tree that Jinja parses is walked node by node and name by name, so a template calls nothing and ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import jinja2
from jinja2 import nodes

NOTHING_ELSE = "Solo se aceptan variables, «for … in» de las listas e «if» de una variable; nada más."
ILL_WRITTEN = (
    "Una marca está mal escrita o sin cerrar: cada {% if … %} lleva su {% endif %}, cada {% for … %} su {% endfor %}, "
    "y cada {{ variable }} sus llaves."
)


@dataclass(frozen=True, slots=True)
class Listed:
    """The variables that a template may use, each with what it says. `fields`: what each thing of a list has.

    The things of a list without fields are texts.
    """

    texts: Mapping[str, str]
    lists: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Every variable."""
        return frozenset({*self.texts, *self.lists, *self.flags})


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong with a text, each in a sentence, and the listed variables that it uses."""

    wrong: list[str]
    used: frozenset[str]


def look(text: str, listed: Listed) -> Found:
    """Read a template and say what in it is not listed."""
    try:
        tree = jinja2.Environment(autoescape=True).parse(text)
    except (jinja2.TemplateSyntaxError, RecursionError):
        return Found([ILL_WRITTEN], frozenset())
    wrong = list(dict.fromkeys(_of(tree, listed, {})))
    return Found(wrong, frozenset(one.name for one in tree.find_all(nodes.Name)) & listed.names)


Loops = Mapping[str, Mapping[str, str] | None]
"""The names of the loops around a node, with the fields of what they stand for; none: a text."""


def _of(node: nodes.Node, listed: Listed, loops: Loops) -> Iterator[str]:
    if isinstance(node, nodes.For):
        yield from _of_loop(node, listed, loops)
    elif isinstance(node, nodes.Getattr):
        yield from _of_field(node, loops)
    elif isinstance(node, nodes.Name):
        yield from _of_name(node, listed, loops)
    elif isinstance(node, (nodes.Template, nodes.Output, nodes.If, nodes.Not, nodes.And, nodes.Or)):
        for child in node.iter_child_nodes():
            if isinstance(node, nodes.Output) and isinstance(child, nodes.Name) and child.name in listed.lists:
                yield f"«{child.name}» es una lista: recórrala con «for»."
            yield from _of(child, listed, loops)
    elif not isinstance(node, nodes.TemplateData):
        yield NOTHING_ELSE


def _of_loop(node: nodes.For, listed: Listed, loops: Loops) -> Iterator[str]:
    over, target = node.iter, node.target
    if not isinstance(over, nodes.Name) or over.name not in listed.lists or not isinstance(target, nodes.Name):
        yield f"Un «for» recorre solo {' o '.join(f'«{one}»' for one in listed.lists) or 'listas, y aquí no hay'}."
        return
    if loops:
        yield "Un «for» dentro de otro no se acepta: escríbalos uno después del otro."
    if target.name in listed.names:
        yield f"«{target.name}» ya es una variable: use otro nombre en el «for»."
    if node.test is not None or node.recursive:
        yield NOTHING_ELSE
    for child in node.body:
        yield from _of(child, listed, {**loops, target.name: listed.fields.get(over.name)})
    for child in node.else_:
        yield from _of(child, listed, loops)


def _of_field(node: nodes.Getattr, loops: Loops) -> Iterator[str]:
    fields = loops.get(node.node.name) if isinstance(node.node, nodes.Name) else None
    if fields is None:
        yield NOTHING_ELSE
    elif node.attr not in fields:
        yield f"«{node.attr}» no es de la lista: escriba {' o '.join(f'«{one}»' for one in fields)}."


def _of_name(node: nodes.Name, listed: Listed, loops: Loops) -> Iterator[str]:
    if node.name in loops:
        if loops[node.name] is not None:
            yield f"De «{node.name}» diga qué: por ejemplo «{node.name}.{next(iter(loops[node.name] or ['…']))}»."
    elif node.name not in listed.names:
        yield f"«{node.name}» no es una variable de la lista."
