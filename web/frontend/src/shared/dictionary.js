// What the community's dictionary lacks, or says in words that we don't use.
const EVENTS = {
  'start event': 'Comienzo', 'boundary event': 'Evento de borde', 'intermediate catch event': 'Espera',
  'intermediate throw event': 'Aviso', 'end event': 'Final',
};
const KINDS = {
  Timer: 'de tiempo', Message: 'de mensaje', Signal: 'de señal', Error: 'de error', Escalation: 'de escalamiento',
  Conditional: 'de condición', Link: 'de enlace', Terminate: 'que termina todo',
};

// «Timer boundary event (non-interrupting)» → «Evento de borde de tiempo (no interrumpe)»
const events = Object.fromEntries(Object.entries(KINDS).flatMap(([kind, spanish]) => Object.entries(EVENTS).flatMap(([place, where]) => [
  [`${kind} ${place}`, `${where} ${spanish}`],
  [`${kind} ${place} (non-interrupting)`, `${where} ${spanish} (no interrumpe)`],
])));

export default {
  ...events,
  'Event sub-process': 'Subproceso de evento',
  'Start event': 'Comienzo',
  'End event': 'Final',
  'Intermediate throw event': 'Aviso',
  'Open minimap': 'Ver mapa',
  'Close minimap': 'Cerrar mapa',
  'Task': 'Tarea sin tipo',
  'User task': 'Tarea de una persona',
  'Service task': 'Paso automático',
  'Send task': 'Envío de mensaje',
  'Receive task': 'Espera de mensaje',
  'Call activity': 'Llamada a otro proceso',
  'Exclusive gateway': 'Pregunta (un camino)',
  'Parallel gateway': 'Caminos a la vez',
  'Inclusive gateway': 'Pregunta (uno o varios caminos)',
  'Event-based gateway': 'Espera de lo que ocurra primero',
  'Event based gateway': 'Espera de lo que ocurra primero',
  'Boundary event': 'Evento de borde',
  'Append gateway': 'Agregar pregunta',
  'Append task': 'Agregar tarea',
  'Create gateway': 'Crear pregunta',
  'Create pool/participant': 'Crear proceso con responsables',
  'Empty pool/participant': 'Proceso sin dibujar',
  'Empty pool/participant (removes content)': 'Proceso sin dibujar (quita lo que tiene)',
  'Expanded pool/participant': 'Proceso dibujado',
  'Participant multiplicity': 'Varios participantes',
  'Parallel multi-instance': 'Repetir a la vez por cada elemento de una lista',
  'Sequential multi-instance': 'Repetir uno tras otro por cada elemento de una lista',
  'Delete': 'Quitar',
  'Remove': 'Quitar',
  'Change element': 'Cambiar el tipo',
  'Change type': 'Cambiar el tipo',
  'Default flow': 'Camino por defecto',
  'Conditional flow': 'Camino con condición',
  'Sequence flow': 'Camino',
  'Activate lasso tool': 'Elegir varios con un recuadro',
  'Activate global connect tool': 'Conectar elementos',
  'Activate hand tool': 'Mover el dibujo',
  'Activate create/remove space tool': 'Hacer o quitar espacio',
  'Connect using sequence/message flow or association': 'Conectar con otro elemento',
  'Align elements ': 'Alinear ',
};
