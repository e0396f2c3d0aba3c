// Drawing without a mouse: the elements in reading order, what may come after one, and what it is joined with.
import { getBusinessObject, is, isAny } from 'bpmn-js/lib/util/ModelUtil';

const KINDS = [
  ['UserTask', 'Tarea de una persona'], ['ExclusiveGateway', 'Pregunta'], ['ParallelGateway', 'Caminos a la vez'],
  ['ServiceTask', 'Paso automático'], ['CallActivity', 'Otro proceso'], ['EndEvent', 'Final'],
];
const NAMELESS = { 'bpmn:ExclusiveGateway': 'Pregunta', 'bpmn:ParallelGateway': 'Caminos a la vez', 'bpmn:StartEvent': 'Comienzo', 'bpmn:EndEvent': 'Final' };

function option(value, label) {
  const made = document.createElement('option');
  made.value = value;
  made.textContent = label;
  return made;
}

export class Keyboard {
  constructor(modeler, part) {
    for (const name of ['elementRegistry', 'selection', 'canvas', 'modeling', 'autoPlace', 'elementFactory', 'rules', 'directEditing']) this[name] = modeler.get(name);
    [this.elements, this.kinds, this.targets] = ['elements', 'kinds', 'targets'].map(part);
    this.kinds.replaceChildren(...KINDS.map(([value, label]) => option(value, label)));
    this.elements.addEventListener('change', () => this.choose(this.elements.value));
    for (const moment of ['commandStack.changed', 'selection.changed', 'import.done']) modeler.on(moment, () => this.list());
    this.list();
  }

  // What may be chosen, from left to right and from top to bottom.
  list() {
    const drawn = this.elementRegistry.filter((one) => one.type !== 'label' && isAny(one, ['bpmn:FlowNode', 'bpmn:SequenceFlow', 'bpmn:Lane', 'bpmn:Participant']));
    const place = (one) => (one.waypoints ? one.waypoints[0] : one);
    drawn.sort((a, b) => place(a).x - place(b).x || place(a).y - place(b).y);
    const chosen = this.chosen();
    this.elements.replaceChildren(option('', '— elija —'), ...drawn.map((one) => option(one.id, this.called(one))));
    this.elements.value = chosen?.id ?? '';
    const allowed = (target) => chosen && target !== chosen && this.rules.allowed('connection.create', { source: chosen, target });
    const nodes = drawn.filter((one) => is(one, 'bpmn:FlowNode') && allowed(one));
    const before = this.targets.value;
    this.targets.replaceChildren(...nodes.map((one) => option(one.id, this.called(one))));
    if (nodes.some(({ id }) => id === before)) this.targets.value = before;
  }

  called(one) {
    const object = getBusinessObject(one);
    if (is(one, 'bpmn:SequenceFlow')) return `Flecha${object.name ? ` «${object.name}»` : ''} de ${this.called(one.source)} a ${this.called(one.target)}`;
    return object.name || NAMELESS[one.type] || 'Sin nombre';
  }

  chosen() {
    const [one, ...more] = this.selection.get();
    return more.length ? undefined : one?.labelTarget ?? one;
  }

  choose(id) {
    const element = this.elementRegistry.get(id);
    if (!element) return;
    this.selection.select(element);
    this.canvas.scrollToElement(element);
  }

  // The new element comes after the chosen one, with its arrow, and is chosen; whoever types goes on with its name.
  append() {
    const source = this.chosen();
    if (!source || !is(source, 'bpmn:FlowNode') || is(source, 'bpmn:EndEvent')) return 'Elija antes el paso después del cual se agrega.';
    this.autoPlace.append(source, this.elementFactory.createShape({ type: `bpmn:${this.kinds.value}` }));
    // the label that the library opens over the new element is for the mouse; here its name is typed in the panel
    if (this.directEditing.isActive()) this.directEditing.cancel();
    document.getElementById('campo-name')?.focus();
    return '';
  }

  connect() {
    const [source, target] = [this.chosen(), this.elementRegistry.get(this.targets.value)];
    if (!source || !target) return 'Elija antes los dos pasos que se unen.';
    this.selection.select(this.modeling.connect(source, target));
    return '';
  }

  remove() {
    const element = this.chosen();
    if (!element || isAny(element, ['bpmn:Participant', 'bpmn:Lane'])) return 'Elija antes el paso o la flecha que se quita.';
    this.modeling.removeElements([element]);
    this.elements.focus();
    return '';
  }
}
