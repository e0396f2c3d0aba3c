// What one click can mend, as the server's linter says it: each a command of the editor, so that «Deshacer» takes it back.
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';
import * as model from './properties.js';

const YES_OR_NO = { isExecutable: 'Marcar como ejecutable', isInterrupting: 'Marcar como que interrumpe' };

const LABELS = {
  set_property: ({ name, value }) => (name === 'entradas' ? `Preguntar al empezar: ${value.split(',').pop()}` : `Usar «${value}»`),
  set_attribute: ({ name, value }) => YES_OR_NO[name] ?? `Usar «${value}»`,
  set_condition: ({ value }) => (value ? `Escribir «${value}»` : 'Quitar la condición'),
  set_default: () => 'Tomar como camino por defecto',
  change_kind: () => 'Convertir en tarea de una persona',
  give_id: () => 'Dibujar de nuevo la flecha',
  remove: () => 'Quitar la flecha',
};

export class Fixes {
  constructor(modeler) {
    for (const name of ['elementRegistry', 'modeling', 'moddle', 'canvas', 'commandStack', 'bpmnReplace']) this[name] = modeler.get(name);
  }

  // What the button says; empty where nothing can be done by a click.
  label(fix) {
    return fix && this.target(fix) && LABELS[fix.action]?.(fix);
  }

  mend(fix) {
    const target = this.target(fix);
    if (target) this[fix.action](target, fix);
  }

  // The drawn element; else what is only written in the file.
  target({ action, element, source, target }) {
    if (action === 'give_id') return this.unnamed(source, target);
    const drawn = this.elementRegistry.get(element);
    return drawn ?? (action === 'change_kind' ? null : this.moddle.ids.assigned(element));
  }

  unnamed(source, target) {
    const siblings = (this.moddle.ids.assigned(source) || undefined)?.$parent?.flowElements ?? [];
    return siblings.find((one) => !one.id && one.sourceRef?.id === source && one.targetRef?.id === target);
  }

  set_property(element, { name, value }) {
    model.setProperty(this, element, name, value);
  }

  set_attribute(element, { name, value }) {
    model.setAttributes(this, element, { [name]: value });
  }

  set_condition(flow, { value }) {
    model.setCondition(this, flow, value);
  }

  set_default(gateway, { flow }) {
    const drawn = this.elementRegistry.get(flow);
    const place = drawn ? gateway : getBusinessObject(gateway);
    model.setAttributes(this, place, { default: this.moddle.ids.assigned(flow) });
  }

  change_kind(element, { kind }) {
    this.bpmnReplace.replaceElement(element, { type: `bpmn:${kind[0].toUpperCase()}${kind.slice(1)}` });
  }

  give_id(flow, { source, target }) {
    const ends = [source, target].map((id) => this.elementRegistry.get(id));
    this.together(() => {
      if (ends.every(Boolean)) this.redraw(flow, ends);
      else this.rewrite(flow, { id: this.moddle.ids.nextPrefixed('Flow_', flow) });
    });
  }

  // A line can only stand for a flow that has an id.
  redraw(flow, [source, target]) {
    this.forget(flow);
    const fresh = this.modeling.connect(source, target, { type: 'bpmn:SequenceFlow' });
    if (flow.name) this.modeling.updateLabel(fresh, flow.name);
    if (model.condition(flow)) model.setCondition(this, fresh, model.condition(flow));
  }

  remove(element) {
    if (element.businessObject) this.modeling.removeElements([element]);
    else this.together(() => this.forget(element));
  }

  forget(flow) {
    const { $parent: holder, sourceRef, targetRef } = flow;
    const without = (list) => (list ?? []).filter((one) => one !== flow);
    this.rewrite(holder, { flowElements: without(holder.flowElements) });
    if (sourceRef) this.rewrite(sourceRef, { outgoing: without(sourceRef.outgoing) });
    if (targetRef) this.rewrite(targetRef, { incoming: without(targetRef.incoming) });
  }

  rewrite(object, properties) {
    this.modeling.updateModdleProperties(this.canvas.getRootElement(), object, properties);
  }

  together(changes) {
    this.commandStack.execute('cauce.together', { changes });
  }
}

// Several changes that count as one.
class Together {
  preExecute({ changes }) {
    changes();
  }
}

export default { __init__: [['commandStack', (commandStack) => commandStack.registerHandler('cauce.together', Together)]] };
