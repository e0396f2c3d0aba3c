// What an event waits for or throws, and how it is changed. Messages, signals, errors and escalations are named once
// in the file, and events point at them.
import { getBusinessObject, is, isAny } from 'bpmn-js/lib/util/ModelUtil';

const ROOTS = {
  'bpmn:MessageEventDefinition': { type: 'bpmn:Message', reference: 'messageRef', name: 'name' },
  'bpmn:SignalEventDefinition': { type: 'bpmn:Signal', reference: 'signalRef', name: 'name' },
  'bpmn:ErrorEventDefinition': { type: 'bpmn:Error', reference: 'errorRef', name: 'errorCode' },
  'bpmn:EscalationEventDefinition': { type: 'bpmn:Escalation', reference: 'escalationRef', name: 'escalationCode' },
};
const TASK = ROOTS['bpmn:MessageEventDefinition'];

export function definitionOf(element) {
  return (getBusinessObject(element).eventDefinitions ?? [])[0];
}

// `Timer`, `Message`, `Signal`…; empty where the event is of no type.
export function kindOf(element) {
  return definitionOf(element)?.$type.replace(/^bpmn:|EventDefinition$/g, '') ?? '';
}

// A start inside an event subprocess waits like an event at a border; any other start opens a case.
export function opensCase(element) {
  return is(element, 'bpmn:StartEvent') && !getBusinessObject(element).$parent?.triggeredByEvent;
}

export function catches(element) {
  return isAny(element, ['bpmn:CatchEvent', 'bpmn:ReceiveTask']);
}

// What holds the reference: the event's definition, or the task that sends or receives.
function pointerOf(element) {
  const definition = definitionOf(element);
  return definition ? [definition, ROOTS[definition.$type]] : [getBusinessObject(element), TASK];
}

export function named(element) {
  const [holder, root] = pointerOf(element);
  const target = holder.get(root.reference);
  return target ? target.get(root.name) ?? target.name ?? target.id : '';
}

// Points the event at what is called so, made if there is none; what nobody points at any more leaves the file.
export function setNamed(tools, element, value) {
  const [holder, root] = pointerOf(element);
  const file = tools.canvas.getRootElement().businessObject.$parent;
  const before = holder.get(root.reference);
  const known = file.rootElements.find((one) => one.$type === root.type && (one.get(root.name) ?? one.name) === value);
  const target = value ? known ?? fresh(tools, root, value, file) : undefined;
  const gone = before && before !== target && !pointedAtByOthers(tools, element, before);
  const kept = file.rootElements.filter((one) => !(gone && one === before));
  tools.commandStack.execute('cauce.together', {
    changes: () => {
      tools.modeling.updateModdleProperties(element, holder, { [root.reference]: target });
      tools.modeling.updateModdleProperties(element, file, { rootElements: target && !known ? [...kept, target] : kept });
    },
  });
}

function fresh({ moddle }, { type, name }, value, file) {
  const made = moddle.create(type, { id: moddle.ids.nextPrefixed(`${type.replace('bpmn:', '')}_`), name: value, [name]: value });
  made.$parent = file;
  return made;
}

function pointedAtByOthers({ elementRegistry }, element, target) {
  return elementRegistry.filter((one) => {
    const holders = [getBusinessObject(one), definitionOf(one)].filter(Boolean);
    const points = Object.values(ROOTS).some(({ reference }) => holders.some((holder) => holder[reference] === target));
    return points && getBusinessObject(one) !== getBusinessObject(element);
  }).length > 0;
}

export function condition(element) {
  return definitionOf(element).condition?.body ?? '';
}

export function setCondition({ modeling, moddle }, element, body) {
  const definition = definitionOf(element);
  const written = body ? moddle.create('bpmn:FormalExpression', { body }) : undefined;
  if (written) written.$parent = definition;
  modeling.updateModdleProperties(element, definition, { condition: written });
}

export function linkName(element) {
  return definitionOf(element).name ?? '';
}

export function setLinkName({ modeling }, element, value) {
  modeling.updateModdleProperties(element, definitionOf(element), { name: value || undefined });
}

// A timer at a border (or that starts an event subprocess) that lets the work go on.
export function mayComeAgain(element) {
  return kindOf(element) === 'Timer' && interrupts(element) === 'no';
}

// How often a timer comes; 1 unless it has a cycle (`R3/P1D`), and empty of one without end.
export function times(element) {
  const [, count] = /^R(\d*)\//.exec(definitionOf(element).timeCycle?.body ?? '') ?? [null, '1'];
  return count;
}

export function setTimes({ modeling, moddle }, element, count) {
  const definition = definitionOf(element);
  const before = definition.timeCycle?.body ?? definition.timeDuration?.body ?? 'P1D';
  const span = before.replace(/^R\d*\//, '');
  const written = moddle.create('bpmn:FormalExpression', { body: count > 1 ? `R${count}/${span}` : span });
  written.$parent = definition;
  modeling.updateModdleProperties(element, definition, {
    timeCycle: count > 1 ? written : undefined, timeDuration: count > 1 ? undefined : written,
  });
}

// Whether what the event is attached to, or the process around it, stops when it happens.
export function interrupts(element) {
  return getBusinessObject(element)[stopper(element)] === false ? 'no' : 'si';
}

export function setInterrupts({ modeling }, element, value) {
  modeling.updateProperties(element, { [stopper(element)]: value !== 'no' });
}

function stopper(element) {
  return is(element, 'bpmn:BoundaryEvent') ? 'cancelActivity' : 'isInterrupting';
}
