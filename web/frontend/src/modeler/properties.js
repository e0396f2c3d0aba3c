// Reads and writes what bpmn.md says: `camunda:` attributes, and our own in camunda:properties with the prefix `pes.`.
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';

const PREFIX = 'pes.';

function holder(element) {
  const values = getBusinessObject(element).extensionElements?.values ?? [];
  return values.find((value) => value.$type === 'camunda:Properties');
}

export function property(element, name) {
  return holder(element)?.values?.find((one) => one.name === PREFIX + name)?.value ?? '';
}

// One command, so that one «Deshacer» takes it back; the other extensions of the element stay as they are.
export function setProperty({ modeling, moddle }, element, name, value) {
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
  modeling.updateProperties(element, { extensionElements });
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

export function setAttributes({ modeling }, element, attributes) {
  const given = Object.entries(attributes).map(([name, value]) => [name, value === '' ? undefined : value]);
  modeling.updateProperties(element, Object.fromEntries(given));
}

export function documentation(element) {
  return getBusinessObject(element).documentation?.[0]?.text ?? '';
}

export function setDocumentation({ modeling, moddle }, element, text) {
  const entries = text ? [moddle.create('bpmn:Documentation', { text })] : [];
  entries.forEach((entry) => { entry.$parent = getBusinessObject(element); });
  modeling.updateProperties(element, { documentation: entries });
}

export function condition(element) {
  return getBusinessObject(element).conditionExpression?.body ?? '';
}

export function setCondition({ modeling, moddle }, element, body) {
  const conditionExpression = body ? moddle.create('bpmn:FormalExpression', { body }) : undefined;
  modeling.updateProperties(element, { conditionExpression });
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
