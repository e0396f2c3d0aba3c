// The words of bpmn-js in Spanish: its own community dictionary, and ours over it.
import community from 'bpmn-js-i18n/translations/es.js';
import ours from './dictionary.js';

const words = { ...community, ...ours };

export function translate(template, replacements = {}) {
  const sentence = words[template] ?? template;
  return sentence.replace(/{([^}]+)}/g, (whole, name) => replacements[name] ?? whole);
}

export default { translate: ['value', translate] };
