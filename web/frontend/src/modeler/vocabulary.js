// Offers only what Cauce can run: every other kind of element would come back as a finding.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';

const REFUSED = [
  'script', 'business-rule', 'rule-task', 'manual', 'ad-hoc', 'adhoc', 'transaction', 'complex', 'compensation', 'cancel', 'conditional-flow',
  'data-', 'collection',
];

// These begin an event subprocess, never a case.
const INSIDE_ONLY = ['conditional-start'];

function runs(key, target) {
  const opens = is(target, 'bpmn:StartEvent') && !getBusinessObject(target).$parent?.triggeredByEvent;
  return ![...REFUSED, ...(opens ? INSIDE_ONLY : [])].some((word) => key.includes(word));
}

class Vocabulary {
  constructor(popupMenu) {
    for (const menu of ['bpmn-replace', 'bpmn-append', 'bpmn-create']) popupMenu.registerProvider(menu, 100, this);
  }

  getPopupMenuEntries(target) {
    return (entries) => Object.fromEntries(Object.entries(entries).filter(([key]) => runs(key, target)));
  }
}
Vocabulary.$inject = ['popupMenu'];

class Palette {
  constructor(palette) {
    palette.registerProvider(100, this);
  }

  getPaletteEntries() {
    return (entries) => Object.fromEntries(Object.entries(entries).filter(([key]) => runs(key)));
  }
}
Palette.$inject = ['palette'];

export default { __init__: ['vocabulary', 'vocabularyPalette'], vocabulary: ['type', Vocabulary], vocabularyPalette: ['type', Palette] };
