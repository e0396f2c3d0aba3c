// What one click can mend, as the server's linter says it.
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';
import * as model from './properties.js';

const LABELS = {
  set_property: 'Arreglar', set_attribute: 'Arreglar', set_condition: 'Arreglar', set_default: 'Tomar como camino por defecto',
  change_kind: 'Cambiar el tipo', remove: 'Quitar del dibujo',
};

export function label(fix) {
  return LABELS[fix?.action];
}

export function mend(modeler, fix) {
  const registry = modeler.get('elementRegistry');
  const element = registry.get(fix.element);
  if (!element) return;
  const modeling = modeler.get('modeling');
  const tools = { modeling, moddle: modeler.get('moddle') };
  const actions = {
    set_property: () => model.setProperty(tools, element, fix.name, fix.value),
    set_attribute: () => model.setAttributes(tools, element, { [fix.name]: fix.value }),
    set_condition: () => model.setCondition(tools, element, fix.value),
    set_default: () => modeling.updateProperties(element, { default: getBusinessObject(registry.get(fix.flow)) }),
    change_kind: () => modeler.get('bpmnReplace').replaceElement(element, { type: `bpmn:${fix.kind[0].toUpperCase()}${fix.kind.slice(1)}` }),
    remove: () => modeling.removeElements([element]),
  };
  actions[fix.action]();
}
