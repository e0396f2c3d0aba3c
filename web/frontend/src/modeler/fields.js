// Which questions the panel asks about each kind of element. A field: {id, label, help, kind, options, get, set, check}.
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import * as model from './properties.js';
import * as deadlines from './deadlines.js';
import * as events from './events.js';

const EMPTY = { value: '', label: '— ninguno —' };
const REMINDERS = /^\s*[+-]?\d+(\s*,\s*[+-]?\d+)*\s*$/;

function choices(catalogue, first = EMPTY) {
  return [first, ...Object.entries(catalogue ?? {}).map(([value, label]) => ({ value, label: label || value }))];
}

function text(id, label, help = '', more = {}) {
  return {
    id, label, help, kind: 'text',
    get: (element) => model.property(element, id),
    set: (tools, element, value) => model.setProperty(tools, element, id, value.trim()),
    ...more,
  };
}

const name = {
  id: 'name', label: 'Nombre', kind: 'textarea', help: 'Lo que leen las personas. Empiece por un verbo: «Reportar avance».',
  get: (element) => model.attribute(element, 'name'),
  set: ({ modeling }, element, value) => modeling.updateLabel(element, value.trim()),
};

const explanation = {
  id: 'documentation', label: 'Explicación', kind: 'textarea', help: 'Qué se espera aquí. Se muestra a quien hace la tarea.',
  get: model.documentation,
  set: (tools, element, value) => model.setDocumentation(tools, element, value.trim()),
};

const identifier = { id: 'id', label: 'Clave interna', kind: 'output', get: (element) => element.id };

function taskRole({ roles, lane }) {
  const inherited = lane ? { value: '', label: `El del responsable: ${model.attribute(lane, 'name') || lane.id}` } : EMPTY;
  return {
    id: 'role', label: 'Quién la hace', kind: 'select', options: choices(roles, inherited),
    help: 'El rol que recibe la tarea en su bandeja.',
    get: (element) => model.attribute(element, 'camunda:candidateGroups'),
    set: (tools, element, value) => model.setAttributes(tools, element, { 'camunda:candidateGroups': value }),
  };
}

// Where a role is made for what is chosen, and where one sees who holds it.
function makeRole({ pages }) {
  return { id: 'new-role', kind: 'link', label: 'Crear un rol, o ver quién lo tiene', href: (element) => `${pages.roles}?en=${encodeURIComponent(element.id)}` };
}

function laneRole({ roles }) {
  return { ...text('rol', 'Rol', 'Quién hace las tareas de esta franja.'), kind: 'select', options: choices(roles) };
}

function deadlineFields(element) {
  const current = deadlines.parse(model.property(element, 'plazo'));
  if (!current) return [text('plazo', 'Plazo', 'Escriba por ejemplo «5dh», «cierre+5dh» o «fecha:variable».')];
  const change = (part) => (tools, one, value) => {
    const now = deadlines.parse(model.property(one, 'plazo')) ?? { base: 'tarea', days: '' };
    model.setProperty(tools, one, 'plazo', deadlines.write({ ...now, [part]: value }));
  };
  return [
    { id: 'days', label: 'Plazo (días hábiles)', kind: 'number', min: 0, max: 365, get: () => current.days, set: change('days') },
    { id: 'base', label: 'El plazo se cuenta desde', kind: 'select', options: deadlines.BASES, get: () => current.base, set: change('base') },
  ];
}

const reminders = text('recordatorios', 'Recordatorios', 'Días hábiles frente al vencimiento, separados por comas: -3,-1,0,+1.', {
  check: (value) => (value && !REMINDERS.test(value) ? 'Escriba números separados por comas, por ejemplo -3,-1,0,+1.' : ''),
});

function escalationFields({ roles }) {
  const change = (part) => (tools, element, value) => {
    const [first = { days: '3', role: Object.keys(roles ?? {})[0] ?? '' }, ...rest] = deadlines.parseEscalations(model.property(element, 'escalar'));
    const changed = { ...first, [part]: value };
    model.setProperty(tools, element, 'escalar', deadlines.writeEscalations(changed.days && changed.role ? [changed, ...rest] : rest));
  };
  const first = (element) => deadlines.parseEscalations(model.property(element, 'escalar'))[0] ?? { days: '', role: '' };
  return [
    { id: 'escalate-days', label: 'Avisar a otro rol si se vence', help: 'Días hábiles después del vencimiento. Vacío: no se avisa.', kind: 'number', min: 1, max: 60, get: (element) => first(element).days, set: change('days') },
    { id: 'escalate-role', label: 'A quién se avisa', kind: 'select', options: choices(roles), get: (element) => first(element).role, set: change('role') },
  ];
}

// One question for each step that it checks, and one more to add another.
function fourEyes(context, element) {
  const others = context.elementRegistry.filter((one) => is(one, 'bpmn:UserTask') && one.type !== 'label' && one !== element);
  const options = Object.fromEntries(others.map((one) => [one.id, model.attribute(one, 'name') || 'una tarea sin nombre']));
  const steps = (one) => model.property(one, 'cuatro_ojos').split(',').map((step) => step.trim()).filter(Boolean);
  const change = (place) => (tools, one, value) => {
    const chosen = steps(one);
    chosen.splice(place, 1, value);
    model.setProperty(tools, one, 'cuatro_ojos', [...new Set(chosen.filter(Boolean))].join(','));
  };
  return [...steps(element), ''].map((_, place) => ({
    id: `four-eyes-${place}`, label: place ? 'Ni quien hizo' : 'No puede ser quien hizo', kind: 'select', options: choices(options),
    help: place ? '' : 'La persona que hizo ese paso no podrá hacer este.',
    get: (one) => steps(one)[place] ?? '', set: change(place),
  }));
}

function formField({ forms }) {
  return {
    id: 'form', label: 'Formulario', kind: 'select', options: choices(forms),
    get: (element) => model.attribute(element, 'camunda:formRef'),
    set: (tools, element, value) => model.setAttributes(tools, element, { 'camunda:formRef': value, 'camunda:formRefBinding': value && 'deployment' }),
  };
}

const guide = text('guia', 'Filas de la guía', 'Las filas de la guía metodológica que esta tarea cumple, separadas por comas.');
const origin = {
  ...text('origen', 'De dónde sale', 'Si la guía pide esta tarea o si la hace falta el proceso.'), kind: 'select',
  options: [EMPTY, { value: 'guia', label: 'La pide la guía' }, { value: 'derivado', label: 'Se deriva de la guía' }],
};
const record = { ...text('registro', 'Qué registra', 'El registro del plan que esta tarea escribe. Lo define quien programa.'), kind: 'output' };

// How a process begins is chosen by menus on a page of its own, which shows the dates that it gives.
const CADENCES = { mensual: 'cada mes', bimestral: 'cada dos meses', trimestral: 'cada tres meses', semestral: 'cada seis meses', anual: 'cada año', unica: 'una sola vez' };
function beginning({ pages }) {
  return [
    { id: 'cadencia', label: 'Cada cuánto empieza', kind: 'output', get: (element) => CADENCES[model.property(element, 'cadencia')] ?? 'no está dicho' },
    { id: 'beginning', kind: 'link', label: 'Elegir cuándo empieza, y ver las próximas fechas', href: (element) => `${pages.beginning}#${encodeURIComponent(element.id)}` },
  ];
}

// What does not interrupt may come again; how far apart is its «plazo».
const times = {
  id: 'times', label: 'Cuántas veces ocurre', kind: 'number', min: 1, max: 99, help: 'Cada vez después del mismo plazo, mientras se siga trabajando.',
  get: events.times, set: (tools, element, value) => events.setTimes(tools, element, Number(value) || 1),
};

function topic({ topics }) {
  return {
    id: 'topic', label: 'Acción automática', kind: 'select', options: choices(topics), help: 'Lo que el sistema hace solo en este paso.',
    get: (element) => model.attribute(element, 'camunda:topic') || element.id,
    set: (tools, element, value) => model.setAttributes(tools, element, { 'camunda:topic': value, 'camunda:type': value && 'external' }),
  };
}

function called({ processes }) {
  return {
    id: 'called', label: 'Proceso que se llama', kind: 'select', options: choices(processes),
    get: (element) => model.attribute(element, 'calledElement'),
    set: (tools, element, value) => model.setAttributes(tools, element, { calledElement: value }),
  };
}

const answer = {
  id: 'condition', label: 'Se toma cuando', kind: 'text', help: 'Por ejemplo ${decision == "aprobar"}. Vacío en el camino por defecto.',
  get: model.condition, set: (tools, element, value) => model.setCondition(tools, element, value.trim()),
};

// Where an answer is chosen by menus, and where a form is written.
function byMenus({ pages }) {
  return { id: 'by-menus', kind: 'link', label: 'Elegirla con menús', href: (element) => `${pages.conditions}#${element.source.id}` };
}

function formPages({ pages }) {
  const asked = (element) => model.attribute(element, 'camunda:formRef');
  return [
    { id: 'form-page', kind: 'link', label: 'Abrir el formulario', shown: (element) => Boolean(asked(element)), href: (element) => pages.form.replace('_', encodeURIComponent(asked(element))) },
    { id: 'new-form', kind: 'link', label: 'Crear un formulario para esta tarea', shown: (element) => !asked(element), href: (element) => `${pages.newForm}&tarea=${encodeURIComponent(element.id)}` },
  ];
}

function loop(id, label, help) {
  return {
    id, label, help, kind: 'text',
    get: (element) => model.repetition(element).get(`camunda:${id}`) ?? '',
    set: (tools, element, value) => model.setRepetition(tools, element, { [`camunda:${id}`]: value.trim() || undefined }),
  };
}
const repetition = [loop('collection', 'Una vez por cada', 'La lista del proceso: entidades, responsables…'), loop('elementVariable', 'Se llama', 'Cómo se llama cada elemento de la lista.')];

function whenFields(element, context) {
  if (is(element, 'bpmn:Lane')) return [laneRole(context), makeRole(context)];
  if (is(element, 'bpmn:UserTask')) return [taskRole(context), makeRole(context), ...deadlineFields(element), reminders, ...escalationFields(context), ...fourEyes(context, element)];
  if (events.opensCase(element) && ['', 'Timer'].includes(events.kindOf(element))) return beginning(context);
  if (!isEvent(element) || events.kindOf(element) !== 'Timer') return [];
  return [...deadlineFields(element), ...(events.mayComeAgain(element) ? [times] : [])];
}

function isEvent(element) {
  return is(element, 'bpmn:Event');
}

const NAMED = {
  Message: ['Mensaje', 'El nombre del mensaje, igual en quien lo envía y en quien lo espera.'],
  Signal: ['Señal', 'El nombre de la señal: la oyen todos los que la esperan en el mismo caso.'],
  Error: ['Código del error', 'El que pone el fin de error. Al esperarlo, vacío: cualquier error.'],
  Escalation: ['Código del escalamiento', 'El que pone quien escala. Al esperarlo, vacío: cualquiera.'],
};
const key = text('clave', 'Clave del mensaje', 'Con qué se reconoce a qué proceso en curso le llega. Vacío: ${plan}.');
const when = {
  id: 'event-condition', label: 'Ocurre cuando', kind: 'text', help: 'Por ejemplo ${monto > 1000}. Se revisa cada vez que algo cambia.',
  get: events.condition, set: (tools, element, value) => events.setCondition(tools, element, value.trim()),
};
const link = {
  id: 'link', label: 'Nombre del enlace', kind: 'text', help: 'El mismo en el enlace que sale y en el que entra.',
  get: events.linkName, set: (tools, element, value) => events.setLinkName(tools, element, value.trim()),
};
const stops = {
  id: 'interrupts', label: 'Si ocurre mientras se trabaja', kind: 'select',
  options: [{ value: 'si', label: 'interrumpe lo que se hacía' }, { value: 'no', label: 'lo deja seguir' }],
  get: events.interrupts, set: events.setInterrupts,
};

function naming(kind) {
  const [label, help] = NAMED[kind];
  return { id: 'event-name', label, help, kind: 'text', get: events.named, set: (tools, element, value) => events.setNamed(tools, element, value.trim()) };
}

function eventFields(element) {
  if (is(element, 'bpmn:ReceiveTask')) return [naming('Message'), key];
  if (!isEvent(element)) return [];
  const kind = events.kindOf(element);
  const borders = is(element, 'bpmn:BoundaryEvent') || (is(element, 'bpmn:StartEvent') && !events.opensCase(element));
  return [
    ...(NAMED[kind] ? [naming(kind)] : []),
    ...(kind === 'Message' && !events.opensCase(element) ? [key] : []),
    ...(kind === 'Conditional' ? [when] : []),
    ...(kind === 'Link' ? [link] : []),
    // An error always interrupts, and a start without type has nothing to wait for.
    ...(borders && kind && kind !== 'Error' ? [stops] : []),
  ];
}

function workFields(element, context) {
  if (is(element, 'bpmn:UserTask')) return [formField(context), ...formPages(context).filter(({ shown }) => shown(element)), guide, origin, record];
  if (isAny(element, ['bpmn:ServiceTask', 'bpmn:SendTask'])) return [topic(context), guide, origin];
  if (is(element, 'bpmn:CallActivity')) return [called(context), guide, origin];
  return [];
}

export function groups(element, context) {
  const flow = is(element, 'bpmn:SequenceFlow');
  const general = isAny(element, ['bpmn:Activity', 'bpmn:Event', 'bpmn:Gateway']) ? [name, explanation, identifier] : [name, identifier];
  const all = [
    { title: 'General', fields: general },
    { title: 'Evento', fields: eventFields(element) },
    { title: 'Quién y cuándo', fields: whenFields(element, context) },
    { title: 'Formulario y guía', fields: workFields(element, context) },
    { title: 'Respuesta', fields: flow && isAny(element.source, ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway']) ? [answer, byMenus(context)] : [] },
    { title: 'Repetición', fields: model.repetition(element)?.$type === 'bpmn:MultiInstanceLoopCharacteristics' ? repetition : [] },
  ];
  return all.filter(({ fields }) => fields.length);
}
