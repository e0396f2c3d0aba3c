"""Where a process begins and ends, and where its ways part without a gateway."""

from __future__ import annotations

from engine.definitions.importing import choices
from engine.definitions.importing.asking import DRAWN, understood
from engine.definitions.importing.choices import ALWAYS, OTHERWISE
from engine.definitions.importing.draft import Draft, called, event_definitions, holder_of, id_of, is_raised, words
from engine.definitions.linting.graph import reachable
from engine.definitions.markup import Node, bpmn, child, local, one_line, text_of

NO_ENTRY = ("startEvent", "boundaryEvent")
EVERY, ONE = "Todos", "Uno"


def _stray_flows(draft: Draft) -> None:
    kinds = {id_of(node): node for node in draft.nodes()}
    for flow in draft.flows():
        source, target = kinds[str(flow.get("sourceRef"))], kinds[str(flow.get("targetRef"))]
        if is_raised(source) or is_raised(target):
            apart = source if is_raised(source) else target
            draft.repaired(
                apart, "incoming", f"Se quitó una flecha de {called(apart)}: comienza cuando ocurre su evento."
            )
            draft.remove_flow(flow)
        elif local(target) in NO_ENTRY or _link(target, "Catch"):
            draft.repaired(target, "incoming", f"Se quitó una flecha que llegaba a {called(target)}.")
            draft.remove_flow(flow)
        elif local(source) == "endEvent" or _link(source, "Throw"):
            _open_end(draft, source, flow)


def _open_end(draft: Draft, source: Node, flow: Node) -> None:
    """An end that goes on is a step in between; a link that goes on is only a link."""
    if local(source) == "endEvent" and not list(event_definitions(source)):
        draft.change_kind(source, "intermediateThrowEvent")
        draft.repaired(source, "outgoing", f"De {called(source)} salía una flecha: quedó como evento intermedio.")
    else:
        draft.repaired(source, "outgoing", f"Se quitó una flecha que salía de {called(source)}.")
        draft.remove_flow(flow)


def _link(node: Node, side: str) -> bool:
    return side in local(node) and child(node, "linkEventDefinition") is not None


def _starts(draft: Draft) -> None:
    for holder in draft.holders():
        _plain_starts(draft, holder)
        plain = [
            node for node in draft.nodes_in(holder) if local(node) == "startEvent" and not list(event_definitions(node))
        ]
        if len(plain) > 1:
            _one_start(draft, holder, plain)
        _entries(draft, holder)


def _plain_starts(draft: Draft, holder: Node) -> None:
    """A subprocess begins when the flow reaches it, by no event."""
    if holder is draft.process or is_raised(holder):
        return
    for node in draft.nodes_in(holder):
        for definition in list(event_definitions(node)) if local(node) == "startEvent" else []:
            node.remove(definition)
            draft.repaired(node, "start", f"El inicio {called(node)} está en un subproceso: quedó sin tipo.")


def _one_start(draft: Draft, holder: Node, starts: list[Node]) -> None:
    """Several plain starts are alternatives: one start, and a person says which."""
    first = draft.add_node(holder, "startEvent", "Inicio", starts[0])
    gateway = draft.add_node(holder, "exclusiveGateway", "¿Cómo comienza?", starts[0])
    draft.connect(holder, first, gateway)
    leaving = draft.by_end("sourceRef")
    for start in starts:
        for flow in leaving.get(id_of(start), ()):
            draft.turn(flow, source=gateway)
            flow.set("name", one_line(flow.get("name")) or one_line(start.get("name")) or id_of(start))
        draft.remove(start)
    draft.repaired(first, "start", f"Había {len(starts)} inicios: ahora hay uno, y una persona elige cómo seguir.")


def _entries(draft: Draft, holder: Node) -> None:
    """What nothing leads to begins with the process, as BPMN has it."""
    arriving = draft.by_end("targetRef")
    nodes = draft.nodes_in(holder)
    starts = [node for node in nodes if local(node) == "startEvent"]
    entries = [n for n in nodes if id_of(n) not in arriving and local(n) not in NO_ENTRY and not _link(n, "Catch")]
    if not entries:
        if not starts and nodes:
            entries = [next((n for n in nodes if local(n) not in NO_ENTRY), nodes[0])]
        else:
            return
    if not starts:
        _begin(draft, holder, entries)
    else:
        _join_entries(draft, holder, starts[0], entries)


def _begin(draft: Draft, holder: Node, entries: list[Node]) -> None:
    start = draft.add_node(holder, "startEvent", "Inicio", entries[0])
    draft.repaired(start, "start", "No había evento de inicio: se puso uno.")
    source = start
    if len(entries) > 1 and id_of(holder) not in draft.unordered:
        where = "El proceso" if holder is draft.process else f"El subproceso {called(holder)}"
        question = f"{where} no tenía inicio: comenzaba por {words([called(one) for one in entries])}. ¿Por todos?"
        if draft.ask(start, "start", question, EVERY, ONE, guess=EVERY) == ONE:
            source = draft.add_node(holder, "exclusiveGateway", "¿Cómo comienza?", entries[0])
            draft.connect(holder, start, source)
    for entry in entries:
        draft.connect(holder, source, entry, one_line(entry.get("name")) if source is not start else "")


def _join_entries(draft: Draft, holder: Node, start: Node, entries: list[Node]) -> None:
    for entry in entries:
        draft.connect(holder, start, entry)
        draft.repaired(entry, "unreachable", f"A {called(entry)} no se llegaba: ahora comienza con el proceso.")
        question = f"A {called(entry)} no llegaba ninguna flecha. ¿Comienza con el proceso?"
        draft.ask(entry, "unreachable", question, "Sí", DRAWN)


def _ends(draft: Draft) -> None:
    for holder in draft.holders():
        leaving = draft.by_end("sourceRef")
        nodes = draft.nodes_in(holder)
        open_ends = [n for n in nodes if id_of(n) not in leaving and local(n) != "endEvent" and not _link(n, "Throw")]
        for node in open_ends:
            end = draft.add_node(holder, "endEvent", "", node)
            draft.connect(holder, node, end)
            draft.repaired(node, "dead_end", f"Después de {called(node)} se puso un fin.")


def _cut_off(draft: Draft) -> None:
    """A circle that nothing leads to begins with the process too."""
    for holder in draft.holders():
        starts = [one for one in draft.nodes_in(holder) if local(one) == "startEvent"]
        while starts:
            nodes = {id_of(node): node for node in draft.nodes_in(holder)}
            begun = [one for one, node in nodes.items() if local(node) == "startEvent" or _link(node, "Catch")]
            seen = reachable(draft.graph(nodes), begun)
            missed = [node for one, node in nodes.items() if one not in seen and local(node) != "boundaryEvent"]
            if not missed:
                break
            _join_entries(draft, holder, starts[0], missed[:1])


def _exits(draft: Draft) -> None:
    """A circle nobody leaves gets a way out: a person says when."""
    for holder in draft.holders():
        while True:
            nodes = {id_of(node): node for node in draft.nodes_in(holder)}
            before = draft.graph(nodes, backwards=True)
            ends = [one for one, node in nodes.items() if local(node) == "endEvent" or _link(node, "Throw")]
            seen = reachable(before, ends)
            caught = [one for one in nodes if one not in seen]
            if not caught:
                break
            _way_out(draft, holder, nodes[caught[0]])


def _way_out(draft: Draft, holder: Node, node: Node) -> None:
    gateway = draft.add_node(holder, "exclusiveGateway", "¿Ya terminó?", node)
    for flow in draft.by_end("sourceRef").get(id_of(node), ()):
        draft.turn(flow, source=gateway)
        flow.set("name", one_line(flow.get("name")) or "No")
    end = draft.add_node(holder, "endEvent", "", node)
    draft.connect(holder, node, gateway)
    draft.connect(holder, gateway, end, "Sí")
    draft.repaired(gateway, "no_end", f"Desde {called(node)} no se llegaba a un fin: una persona dirá cuándo terminar.")


def _splits(draft: Draft) -> None:
    leaving = draft.by_end("sourceRef")
    for node in draft.nodes():
        flows = leaving.get(id_of(node), [])
        if not local(node).endswith("Gateway"):
            _split(draft, node, flows)


def _split(draft: Draft, node: Node, flows: list[Node]) -> None:
    """Ways that part without a gateway: BPMN follows each plain one, and each whose condition holds."""
    holder = node.getparent()
    if len(flows) < 2 or holder is None:
        _only_way(draft, node, flows)
        return
    default = str(node.attrib.pop("default", ""))
    asked = [flow for flow in flows if _condition(flow)]
    plain = [flow for flow in flows if flow not in asked and id_of(flow) != default]
    if asked and plain and not default:
        _plain_and_asked(draft, node, plain, asked)
    elif asked:
        _asked(draft, node, [flow for flow in flows if flow not in plain], default)
        if plain:
            _all(draft, node, draft.by_end("sourceRef")[id_of(node)])
    elif len({one_line(flow.get("name")) for flow in flows} - {""}) >= len(flows) - 1 and local(node) != "startEvent":
        _named(draft, node, flows, default)
    else:
        _all(draft, node, flows, ask=local(node) != "startEvent")


def _only_way(draft: Draft, node: Node, flows: list[Node]) -> None:
    """One way out is taken, unless it has a condition: what happens where that does not hold is asked."""
    for flow in flows:
        text = _condition(flow)
        if not understood(text) or text.isidentifier():
            _unconditional(draft, node, flow)
            continue
        chooses = local(node) in ("exclusiveGateway", "inclusiveGateway")
        how = "una decisión, que solo sigue si se cumple"
        choices.where_none_holds(draft, node if chooses else _gateway(draft, node, [flow], "exclusiveGateway", how), [])


def _all(draft: Draft, node: Node, flows: list[Node], *, ask: bool = False) -> None:
    """Every way is taken."""
    question = f"Después de {called(node)}, ¿se siguen todos los caminos o uno?"
    if ask and draft.ask(node, "implicit_split", question, EVERY, ONE, guess=EVERY) == ONE:
        _gateway(draft, node, flows, "exclusiveGateway", "una decisión")
        return
    gateway = _gateway(draft, node, flows, "parallelGateway", "un rombo paralelo, que los sigue todos")
    for flow in flows:
        _unconditional(draft, gateway, flow)


def _named(draft: Draft, node: Node, flows: list[Node], default: str) -> None:
    """Ways with names and no conditions are an analyst's decision, drawn without its diamond; as BPMN, all of them."""
    names = words([called(flow) for flow in flows])
    question = f"Después de {called(node)} salen {names}. ¿Se sigue uno, que decide una persona, o todos?"
    if draft.ask(node, "implicit_split", question, ONE, EVERY, guess=ONE) == EVERY:
        _all(draft, node, flows)
    else:
        _gateway(draft, node, flows, "exclusiveGateway", "una decisión", default)


def _plain_and_asked(draft: Draft, node: Node, plain: list[Node], asked: list[Node]) -> None:
    question = (
        f"De {called(node)} salen flechas con condición y {words([called(flow) for flow in plain])} sin ella. "
        "¿Esta se sigue siempre, o solo si ninguna condición se cumple?"
    )
    if draft.ask(node, "implicit_split", question, ALWAYS, OTHERWISE, guess=ALWAYS) == OTHERWISE and len(plain) == 1:
        _asked(draft, node, [*asked, *plain], id_of(plain[0]))
        return
    _asked(draft, node, asked, "")
    _all(draft, node, draft.by_end("sourceRef")[id_of(node)])


def _asked(draft: Draft, node: Node, flows: list[Node], default: str) -> None:
    """Each way whose condition holds is taken; of those that lead back, only the first, or it would run twice."""
    if len(flows) == 1:
        gateway = _gateway(draft, node, flows, "exclusiveGateway", "una decisión, que solo sigue si se cumple")
        holder = holder_of(gateway)
        end = draft.add_node(holder, "endEvent", "No se cumple", gateway)
        gateway.set("default", id_of(draft.connect(holder, gateway, end)))
    elif len(flows) == 2 and default:
        _gateway(draft, node, flows, "exclusiveGateway", "una decisión", default)
    elif _leads_back(draft, node, flows):
        question = f"Después de {called(node)}, si se cumplen varias condiciones, ¿se sigue solo la primera?"
        draft.ask(node, "implicit_split", question, "Sí", DRAWN)
        _gateway(draft, node, flows, "exclusiveGateway", "una decisión, que sigue la primera que se cumple", default)
    else:
        how = "un rombo inclusivo, que sigue cada una cuya condición se cumple"
        _gateway(draft, node, flows, "inclusiveGateway", how, default)


def _gateway(draft: Draft, node: Node, flows: list[Node], kind: str, how: str, default: str = "") -> Node:
    """Put a gateway between a step and these ways."""
    holder = holder_of(node)
    gateway = draft.add_node(holder, kind, "" if kind == "parallelGateway" else "¿Cómo sigue?", node)
    if default:
        gateway.set("default", default)
    for flow in flows:
        draft.turn(flow, source=gateway)
    draft.connect(holder, node, gateway)
    draft.repaired(gateway, "implicit_split", f"De {called(node)} salían varias flechas: se puso {how}.")
    return gateway


def _leads_back(draft: Draft, node: Node, flows: list[Node]) -> bool:
    nodes = {id_of(one): one for one in draft.nodes_in(holder_of(node))}
    return id_of(node) in reachable(draft.graph(nodes), [str(flow.get("targetRef")) for flow in flows])


def _condition(flow: Node) -> str:
    return text_of(child(flow, "conditionExpression"))


def _unconditional(draft: Draft, node: Node, flow: Node) -> None:
    condition = child(flow, "conditionExpression")
    if condition is not None:
        flow.remove(condition)
        if text_of(condition):
            draft.repaired(
                flow, "misplaced_condition", f"Se quitó una condición al salir de {called(node)}: ahí no decide nada."
            )
    if node.get("default"):
        node.attrib.pop("default")


def _single_ways(draft: Draft) -> None:
    """Conditions and defaults where there is nothing to choose."""
    leaving = draft.by_end("sourceRef")
    for gateway in draft.nodes("exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway"):
        flows = leaving.get(id_of(gateway), [])
        if local(gateway) in ("parallelGateway", "eventBasedGateway"):
            for flow in flows:
                _unconditional(draft, gateway, flow)
        elif len(flows) < 2:
            _only_way(draft, gateway, flows)


def _event_gateways(draft: Draft) -> None:
    """A gateway of events before anything but waits is a person's choice."""
    leaving, arriving = draft.by_end("sourceRef"), draft.by_end("targetRef")
    nodes = {id_of(node): node for node in draft.nodes()}
    for gateway in draft.nodes("eventBasedGateway"):
        targets = [nodes[str(flow.get("targetRef"))] for flow in leaving.get(id_of(gateway), ())]
        waits = [t for t in targets if local(t) in ("intermediateCatchEvent", "receiveTask") and not _link(t, "Catch")]
        alone = all(len(arriving.get(id_of(target), ())) == 1 for target in targets)
        if len(waits) < len(targets) or len(targets) < 2 or not alone:
            draft.change_kind(gateway, "exclusiveGateway")
            draft.repaired(gateway, "event_gateway", f"{called(gateway)} no llevaba a esperas: quedó como decisión.")


def _side_paths(draft: Draft) -> None:
    """What a non-interrupting event starts must not flow back into the path of its task."""
    for holder in draft.holders():
        nodes = {id_of(node): node for node in draft.nodes_in(holder)}
        for event in [node for node in nodes.values() if node.get("cancelActivity") == "false"]:
            _end_side_path(draft, holder, nodes, event)


def _end_side_path(draft: Draft, holder: Node, nodes: dict[str, Node], event: Node) -> None:
    after = draft.graph(nodes)
    host = str(event.get("attachedToRef"))
    targets = [str(flow.get("targetRef")) for flow in draft.by_end("sourceRef").get(host, ())]
    main = reachable({**after, host: tuple(one for one in after[host] if one != id_of(event))}, targets)
    side = {id_of(event)} | (reachable(after, after[id_of(event)]) - main)
    for flow in [flow for flow in draft.flows() if flow.get("sourceRef") in side and flow.get("targetRef") in main]:
        source = nodes[str(flow.get("sourceRef"))]
        end = draft.add_node(holder, "endEvent", "", source)
        draft.turn(flow, target=end)
        draft.repaired(end, "side_path", f"El camino de {called(event)} volvía al principal: ahora termina aparte.")


def _subprocess_starts(draft: Draft) -> None:
    """After the repairs, an event subprocess whose inside was all taken away goes; any other just passes."""
    for node in list(draft.process.iter(bpmn("subProcess"))):
        inside = draft.nodes_in(node)
        if is_raised(node) and not [one for one in inside if local(one) not in ("startEvent", "endEvent")]:
            draft.repaired(None, "start", f"Se quitó el subproceso de evento {called(node)}: no quedó nada dentro.")
            draft.remove(node)
        elif not inside:
            begin, finish = draft.add_node(node, "startEvent", "", None), draft.add_node(node, "endEvent", "", None)
            draft.connect(node, begin, finish)
            draft.repaired(node, "empty_subprocess", f"De {called(node)} no quedó nada dentro: el caso pasa de largo.")
            question = f"¿Qué se hace en {called(node)}? De lo que tenía dentro no quedó nada que se pueda ejecutar."
            draft.ask(node, "empty_subprocess", question, "Nada: se pasa de largo", DRAWN)


STEPS = (
    _subprocess_starts,
    _stray_flows,
    _starts,
    _cut_off,
    _ends,
    _exits,
    _side_paths,
    _splits,
    _event_gateways,
    _single_ways,
)
