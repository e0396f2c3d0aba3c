// Reads and writes what bpmn.md says: `camunda:` attributes, and our own in camunda:properties with the prefix `pes.`.
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';

const PREFIX = 'pes.';

// What is drawn changes as a drawing; what is only written (a process inside a pool, a flow without a line) as text.
// Either way one «Deshacer» takes it back.
function update({ modeling, canvas }, element, properties) {
  if (element.businessObject) modeling.updateProperties(element, properties);
  else modeling.updateModdleProperties(canvas.getRootElement(), element, properties);
}

function holder(element) {
  const values = getBusinessObject(element).extensionElements?.values ?? [];
  return values.find((value) => value.$type === 'camunda:Properties');
}

export function property(element, name) {
  return holder(element)?.values?.find((one) => one.name === PREFIX + name)?.value ?? '';
}

// One command, so that one «Deshacer» takes it back; the other extensions of the element stay as they are.
export function setProperty(tools, element, name, value) {
  const { moddle } = tools;
  const object = getBusinessObject(element);
  const before = holder(element);
  const kept = [...(before?.values ?? [])];
  const place = kept.findIndex((one) => one.name === PREFIX + name);
  const fresh = value ? [moddle.create('camunda:Property', { name: PREFIX + name, value })] : [];
  kept.splice(place < 0 ? kept.length : place, place < 0 ? 0 : 1, ...fresh);
  const others = (object.extensionElements?.values ?? []).filter((one) => one !== before);
  const values = kept.length ? [...others, moddle.create('camunda:Properties', { values: kept })] : others;
  const extensionElements = values.length ? moddle.create('bpmn:ExtensionElements', { values }) : undefined;
  adopt(extensionElements, object);
  update(tools, element, { extensionElements });
}

function adopt(extensionElements, parent) {
  if (!extensionElements) return;
  extensionElements.$parent = parent;
  for (const value of extensionElements.values) {
    value.$parent = extensionElements;
    if (value.$type === 'camunda:Properties') value.values.forEach((one) => { one.$parent = value; });
  }
}

export function attribute(element, name) {
  return getBusinessObject(element).get(name) ?? '';
}

export function setAttributes(tools, element, attributes) {
  const object = getBusinessObject(element);
  const given = Object.entries(attributes).map(([name, value]) => [name, value === '' ? undefined : typed(object, name, value)]);
  update(tools, element, Object.fromEntries(given));
}

// The linter speaks as XML does: «true» is a word there and a truth here.
function typed(object, name, value) {
  const property = object.$model.getPropertyDescriptor(object, name);
  return property?.type === 'Boolean' && typeof value === 'string' ? value === 'true' : value;
}

export function documentation(element) {
  return getBusinessObject(element).documentation?.[0]?.text ?? '';
}

export function setDocumentation(tools, element, text) {
  const entries = text ? [tools.moddle.create('bpmn:Documentation', { text })] : [];
  entries.forEach((entry) => { entry.$parent = getBusinessObject(element); });
  update(tools, element, { documentation: entries });
}

export function condition(element) {
  return getBusinessObject(element).conditionExpression?.body ?? '';
}

export function setCondition(tools, element, body) {
  const conditionExpression = body ? tools.moddle.create('bpmn:FormalExpression', { body }) : undefined;
  if (conditionExpression) conditionExpression.$parent = getBusinessObject(element);
  update(tools, element, { conditionExpression });
}

export function repetition(element) {
  return getBusinessObject(element).loopCharacteristics;
}

export function setRepetition({ modeling }, element, attributes) {
  modeling.updateModdleProperties(element, repetition(element), attributes);
}

// The innermost lane that the element stands in: whoever draws sees the role of the lane before choosing another.
export function laneOf(elementRegistry, element) {
  const object = getBusinessObject(element);
  const lanes = elementRegistry.filter((one) => one.type === 'bpmn:Lane');
  return lanes.find((lane) => (getBusinessObject(lane).flowNodeRef ?? []).includes(object));
}
