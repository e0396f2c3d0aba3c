// The panel beside the drawing: an ordinary form about the selected element.
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';
import { groups } from './fields.js';
import { laneOf } from './properties.js';
import { translate } from '../shared/spanish.js';

const WORDS = {
  'bpmn:UserTask': 'Tarea', 'bpmn:ServiceTask': 'Paso automático', 'bpmn:SendTask': 'Envío de mensaje', 'bpmn:CallActivity': 'Proceso llamado',
  'bpmn:SubProcess': 'Subproceso', 'bpmn:ExclusiveGateway': 'Pregunta', 'bpmn:ParallelGateway': 'Caminos a la vez', 'bpmn:StartEvent': 'Comienzo',
  'bpmn:EndEvent': 'Final', 'bpmn:BoundaryEvent': 'Evento de borde', 'bpmn:IntermediateCatchEvent': 'Espera', 'bpmn:IntermediateThrowEvent': 'Aviso', 'bpmn:ReceiveTask': 'Espera de mensaje', 'bpmn:Lane': 'Responsable',
  'bpmn:Participant': 'Proceso', 'bpmn:Collaboration': 'Diagrama', 'bpmn:Process': 'Proceso', 'bpmn:SequenceFlow': 'Flujo', 'bpmn:Task': 'Tarea sin tipo', 'bpmn:TextAnnotation': 'Anotación',
};

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== '') element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

function selectControl(field, id, value) {
  const known = field.options.some((option) => option.value === value);
  const options = known ? field.options : [...field.options, { value, label: `${value} (no está en la lista)` }];
  const control = make('select', { id });
  control.append(...options.map((option) => make('option', { value: option.value || undefined }, option.label)));
  [...control.options].forEach((option, index) => { option.value = options[index].value; });
  control.value = value;
  return control;
}

function controlOf(field, id, value) {
  if (field.kind === 'select') return selectControl(field, id, value);
  if (field.kind === 'output') return make('output', { id }, value || '—');
  if (field.kind === 'textarea') return make('textarea', { id, rows: 2 }, value);
  const number = field.kind === 'number';
  return make('input', { id, type: number ? 'number' : 'text', min: field.min, max: field.max, value, spellcheck: 'false' });
}

// In our words, whatever the browser's language.
function invalid(control) {
  if (control.checkValidity()) return '';
  if (control.type !== 'number') return control.validationMessage;
  return `Escriba un número entero, entre ${control.min} y ${control.max}.`;
}

export class Panel {
  constructor(modeler, container, catalogues, pages) {
    this.container = container;
    this.catalogues = { ...catalogues, pages };
    this.tools = { modeling: modeler.get('modeling'), moddle: modeler.get('moddle'), canvas: modeler.get('canvas') };
    for (const name of ['commandStack', 'elementRegistry']) this.tools[name] = modeler.get(name);
    this.elementRegistry = modeler.get('elementRegistry');
    this.canvas = modeler.get('canvas');
    this.wrong = new Map();
    modeler.on('selection.changed', ({ newSelection }) => this.show(newSelection.length === 1 ? newSelection[0] : this.canvas.getRootElement()));
    modeler.on('commandStack.changed', () => this.refresh());
    modeler.on('import.done', () => this.show(this.canvas.getRootElement()));
    this.show(this.canvas.getRootElement());
  }

  show(element) {
    this.element = element.labelTarget ?? element;
    this.draw();
  }

  // After «Deshacer» or our own change; whoever types in a field keeps the caret.
  refresh() {
    const focused = this.container.contains(document.activeElement) ? document.activeElement.id : '';
    if (!this.elementRegistry.get(this.element.id)) this.element = this.canvas.getRootElement();
    this.draw();
    if (focused) document.getElementById(focused)?.focus();
  }

  draw() {
    const element = this.element;
    const context = { ...this.catalogues, elementRegistry: this.elementRegistry, lane: laneOf(this.elementRegistry, element) };
    const kind = getBusinessObject(element).triggeredByEvent ? 'Subproceso de evento' : WORDS[element.type] ?? translate(element.type.replace('bpmn:', ''));
    const heading = make('h2', {}, kind, ': ', make('b', {}, getBusinessObject(element).name || 'sin nombre'));
    if (element === this.canvas.getRootElement()) {
      const hint = make('p', {}, 'Elija una tarea en el dibujo para cambiar quién la hace, su plazo o su formulario.');
      this.container.replaceChildren(make('h2', {}, 'Diagrama'), hint);
      return;
    }
    const sections = groups(element, context).map((group) => this.section(group));
    this.container.replaceChildren(heading, ...sections);
  }

  section({ title, fields }) {
    return make('fieldset', {}, make('legend', {}, title), ...fields.map((field) => this.row(field)));
  }

  // What was typed and can't be, with why: the draft is not saved by the button while there is something.
  mistake() {
    for (const [, { element, field, sentence }] of this.wrong) {
      if (this.elementRegistry.get(element.id)) return { element, field, sentence };
    }
    return null;
  }

  row(field) {
    const id = `campo-${field.id}`;
    if (field.kind === 'link') return make('p', { class: 'field' }, make('a', { href: field.href(this.element), 'data-leaves': 'yes' }, field.label));
    const control = controlOf(field, id, field.get(this.element));
    const error = make('p', { class: 'error', id: `${id}-error`, role: 'alert' });
    const typed = this.wrong.get(`${this.element.id}/${field.id}`);
    if (typed) {
      control.value = typed.value;
      control.setAttribute('aria-invalid', 'true');
      error.textContent = typed.sentence;
    }
    const help = field.help ? [make('small', { id: `${id}-ayuda` }, field.help)] : [];
    control.setAttribute('aria-describedby', [field.help && `${id}-ayuda`, error.id].filter(Boolean).join(' '));
    control.addEventListener('change', () => this.change(field, control, error));
    return make('p', { class: 'field' }, make('label', { for: id }, field.label), control, ...help, error);
  }

  change(field, control, error) {
    const wrong = field.check?.(control.value) || invalid(control);
    const key = `${this.element.id}/${field.id}`;
    error.textContent = wrong;
    if (wrong) {
      control.setAttribute('aria-invalid', 'true');
      this.wrong.set(key, { element: this.element, field, value: control.value, sentence: wrong });
      return;
    }
    control.removeAttribute('aria-invalid');
    this.wrong.delete(key);
    field.set(this.tools, this.element, control.value);
  }
}
