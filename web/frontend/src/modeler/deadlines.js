// The three ways of saying a deadline: `5dh` from the task's creation, `cierre+5dh` from the cut-off, `fecha:variable`.
const PATTERN = /^(cierre\+)?(\d{1,3})dh$/;

export const BASES = [
  { value: 'tarea', label: 'el día en que la tarea llega' },
  { value: 'cierre', label: 'el corte del periodo' },
];

// `null` where the deadline is neither of the two that have fields of their own.
export function parse(text) {
  if (!text) return { base: 'tarea', days: '' };
  const match = PATTERN.exec(text);
  return match && { base: match[1] ? 'cierre' : 'tarea', days: match[2] };
}

export function write({ base, days }) {
  if (days === '') return '';
  return `${base === 'cierre' ? 'cierre+' : ''}${Number(days)}dh`;
}

// «+3:coordinador_pes,+5:directivo_entidad»: the panel edits the first, the others stay.
export function parseEscalations(text) {
  return text.split(',').filter(Boolean).map((one) => {
    const [days, role] = one.split(':');
    return { days: days.replace('+', '').trim(), role: (role ?? '').trim() };
  });
}

export function writeEscalations(escalations) {
  return escalations.filter(({ days, role }) => days && role).map(({ days, role }) => `+${Number(days)}:${role}`).join(',');
}
