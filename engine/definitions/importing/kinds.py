"""Kinds of elements that the engine does not run, made into ones it does."""

from __future__ import annotations

from engine.definitions import vocabularies
from engine.definitions.elements import AROUND, CATALOGUE
from engine.definitions.importing.asking import DRAWN, Kind
from engine.definitions.importing.draft import Draft, called, id_of, is_raised
from engine.definitions.linting.findings import nearest
from engine.definitions.markup import CAMUNDA, Node, bpmn, child, children, local, one_line, reference, text_of
from engine.definitions.reading import NODES

WAYS = {
    "Uno": ("exclusiveGateway", "decisión"),
    "Varios": ("inclusiveGateway", "inclusivo"),
    "Todos": ("parallelGateway", "paralelo"),
}
TASK, PASSES = "Una tarea que alguien hace", "Nada: se pasa de largo"
GLOBAL = ("globalTask", "globalUserTask", "globalManualTask", "globalScriptTask", "globalBusinessRuleTask")
TO_USER_TASK = ("task", "scriptTask", "businessRuleTask")


def _subprocesses(draft: Draft) -> None:
    for node in draft.nodes("adHocSubProcess", "transaction"):
        name = CATALOGUE[local(node)].name
        if local(node) == "adHocSubProcess":
            draft.unordered.add(id_of(node))
            until = text_of(child(node, "completionCondition"))
            name += f" que termina con «{until[:60]}»" if until else ""
            in_turn = node.get("ordering") == "Sequential"
            name += ", de una tarea a la vez" * in_turn + ": se hacen todas, a la vez las que ninguna flecha ordena"
        node.attrib.pop("ordering", "")
        draft.change_kind(node, "subProcess")
        draft.repaired(node, "supported", f"{called(node)} quedó como subproceso normal. Era {name}.")
    for node in draft.nodes("subProcess"):
        if not is_raised(node) and not draft.nodes_in(node):
            question = f"El subproceso {called(node)} viene vacío. ¿Qué es?"
            if draft.ask(node, "empty_subprocess", question, TASK, PASSES, guess=TASK) == TASK:
                draft.change_kind(node, "userTask")
                message = f"El subproceso {called(node)} estaba vacío y quedó como tarea."
                draft.repaired(node, "empty_subprocess", message)


def _undecided(draft: Draft) -> None:
    for node in draft.nodes(*TO_USER_TASK):
        if local(node) == "businessRuleTask" and _decided(draft, node):
            continue
        name, script = CATALOGUE[local(node)].name, text_of(child(node, "script"))
        if table := vocabularies.decision(node) if local(node) == "businessRuleTask" else "":
            name += f" con la tabla «{table[:60]}», que no está aquí,"
        if script:
            draft.note(node, f"Guion ({node.get('scriptFormat') or 'sin lenguaje'}): {script}")
            name += f" («{one_line(script)[:60]}», que quedó en una nota)"
        draft.change_kind(node, "userTask")
        draft.repaired(node, "supported", f"{called(node)} era {name} y quedó como tarea de usuario.")


def _decided(draft: Draft, node: Node) -> bool:
    """Whether a table decides: the one that the file names, or one that is chosen. Else a person does."""
    named, known = vocabularies.decision(node), draft.known.decisions
    if not named or (known is not None and named not in known):
        said = f"usaba la tabla «{named[:60]}», que no está aquí" if named else "no decía con qué tabla"
        question = f"¿Qué tabla de decisión usa {called(node)}? En el archivo {said}. Sin tabla, decide una persona."
        near = nearest(named or id_of(node), known or ()) or next(iter(known or ()), "")
        answer = draft.ask_whether(node, "decision", question, near, Kind.DECISION)
        if not answer:
            return False
        draft.repaired(node, "decision", f"{called(node)} usa la tabla de decisión «{answer}».")
        named = answer
    node.set(f"{{{CAMUNDA}}}decisionRef", named)
    if result := vocabularies.result_variable(node):
        node.set(f"{{{CAMUNDA}}}resultVariable", result)
    return True


def _complex_gateways(draft: Draft) -> None:
    arriving, leaving = draft.by_end("targetRef"), draft.by_end("sourceRef")
    for node in draft.nodes("complexGateway"):
        until = one_line(text_of(child(node, "activationCondition")))[:60]
        for one in list(children(node, "activationCondition")):
            node.remove(one)
        said = f" En el archivo decía «{until}»." if until else ""
        if len(arriving.get(id_of(node), ())) > 1 >= len(leaving.get(id_of(node), ())):
            question = (
                f"En {called(node)}, ¿se espera a los caminos que vengan o a todos? Aquí no se puede seguir con el"
                " primero que llegue y dejar los demás en curso."
            )
            answer = draft.ask(node, "supported", question + said, "Varios", "Todos", DRAWN, guess="Varios")
            answer = "Varios" if answer == DRAWN else answer
        elif any(text_of(child(flow, "conditionExpression")) for flow in leaving.get(id_of(node), ())):
            answer = "Varios"  # each whose condition holds, as BPMN has it
        else:
            question = f"En {called(node)}, ¿se sigue un camino, varios o todos?"
            answer = draft.ask(node, "supported", question + said, *WAYS, guess="Varios")
        kind, name = WAYS[answer]
        draft.change_kind(node, kind)
        draft.repaired(node, "supported", f"El rombo complejo {called(node)} quedó como {name}.{said}")


def _automatic(draft: Draft) -> None:
    """A step nobody has programmed is done by a person until somebody does."""
    known = draft.known.topics
    for node in draft.nodes("serviceTask", "sendTask"):
        topic = vocabularies.topic(node)
        if topic and (known is None or topic in known):
            continue
        if known is not None and id_of(node) in known and not topic:
            continue
        near = nearest(topic or id_of(node), known or ())
        message = f"¿{called(node)} lo hace «{near}», que ya está programado? Si no, lo hace una persona."
        answer = draft.ask_whether(node, "topic", message, near, Kind.HANDLER)
        if answer:
            node.set(f"{{{CAMUNDA}}}topic", answer)
            draft.repaired(node, "topic", f"{called(node)} lo hace «{answer}».")
            continue
        draft.change_kind(node, "userTask")
        node.attrib.pop("messageRef", "")
        draft.repaired(
            node, "topic", f"{called(node)} era automático, pero nadie lo ha programado: quedó como tarea de usuario."
        )


def _calls(draft: Draft) -> None:
    known = draft.known.processes
    shared = {id_of(one) for kind in GLOBAL for one in children(draft.root, kind)}
    for node in draft.nodes("callActivity"):
        target = str(node.get("calledElement") or "")
        if reference(target) in shared:
            node.attrib.pop("calledElement")
            draft.change_kind(node, "userTask")
            draft.repaired(node, "call", f"{called(node)} usaba una tarea común de ese archivo: quedó como tarea aquí.")
            continue
        if target and "{" not in target and (known is None or target in known) and target != id_of(draft.process):
            continue
        where = "que viene en el mismo archivo y se trae aparte" if target in draft.beside else "que no está aquí"
        said = f"llamaba a «{target[:60]}», {where}" if target else "no decía a qué proceso llama"
        question = f"¿A qué proceso llama {called(node)}? En el archivo {said}."
        answer = draft.ask(node, "call", question, *list(known or ())[:20], kind=Kind.PROCESS)
        if answer:
            node.set("calledElement", answer)
            draft.repaired(node, "call", f"{called(node)} llama al proceso «{answer}».")
            continue
        node.attrib.pop("calledElement", "")
        draft.change_kind(node, "userTask")
        draft.repaired(node, "call", f"{called(node)} {said}: quedó como tarea de usuario.")


def _compensation(draft: Draft) -> None:
    for node in draft.nodes():
        if node.get("isForCompensation") == "true" and node.getparent() is not None:
            draft.repaired(None, "supported", f"Se quitó {called(node)}: el motor no hace compensaciones.")
            draft.remove(node)


def _strangers(draft: Draft) -> None:
    for holder in draft.holders():
        for node in list(children(holder)):
            if local(node) in NODES or local(node) in AROUND:
                continue
            draft.repaired(None, "supported", f"Se quitó el elemento «{local(node)}»: el motor no lo ejecuta.")
            draft.remove(node)


def _data(draft: Draft) -> None:
    """Data objects that point at nothing make other tools stumble."""
    declared = {id_of(node) for node in draft.root.iter(bpmn("dataObject"))}
    for node in list(draft.process.iter(bpmn("dataObjectReference"))):
        if str(node.get("dataObjectRef") or "") not in declared:
            node.attrib.pop("dataObjectRef", "")


def _ends_of_gateways(draft: Draft) -> None:
    """`default` on what does not choose is a left-over."""
    for node in draft.nodes():
        if node.get("default") and child(node, "script") is not None:
            node.attrib.pop("default")


def _loose_nodes(draft: Draft) -> None:
    """What nothing leads to and leads nowhere is a drawing, not a step."""
    sources, targets = draft.by_end("sourceRef"), draft.by_end("targetRef")
    for holder in draft.holders():
        nodes = draft.nodes_in(holder)
        loose = [node for node in nodes if _is_loose(draft, node, sources, targets)]
        every = len(loose) == len([node for node in nodes if local(node) != "boundaryEvent"])
        if id_of(holder) in draft.unordered or (every and (len(loose) == 1 or holder is not draft.process)):
            continue  # where no arrow orders them, each is done
        for node in loose:
            draft.repaired(None, "unreachable", f"Se quitó {called(node)}: no estaba unido a nada.")
            draft.remove(node)


def _is_loose(draft: Draft, node: Node, sources: dict[str, list[Node]], targets: dict[str, list[Node]]) -> bool:
    one = id_of(node)
    if local(node) == "boundaryEvent" or one in sources or one in targets:
        return False
    return not any(event.get("attachedToRef") == one for event in draft.nodes("boundaryEvent"))


STEPS = (
    _strangers,
    _compensation,
    _subprocesses,
    _loose_nodes,
    _undecided,
    _complex_gateways,
    _automatic,
    _calls,
    _data,
    _ends_of_gateways,
)
