// Offers only what Cauce can run: every other kind of element would come back as a finding.
const REFUSED = [
  'script', 'business-rule', 'rule-task', 'manual', 'ad-hoc', 'adhoc', 'transaction', 'event-subprocess', 'complex', 'compensation', 'escalation',
  'conditional', 'signal', 'link', 'cancel', 'data-', 'collection',
];

class Vocabulary {
  constructor(popupMenu) {
    for (const menu of ['bpmn-replace', 'bpmn-append', 'bpmn-create']) popupMenu.registerProvider(menu, 100, this);
  }

  getPopupMenuEntries() {
    return (entries) => Object.fromEntries(Object.entries(entries).filter(([key]) => !REFUSED.some((word) => key.includes(word))));
  }
}
Vocabulary.$inject = ['popupMenu'];

class Palette {
  constructor(palette) {
    palette.registerProvider(100, this);
  }

  getPaletteEntries() {
    return (entries) => Object.fromEntries(Object.entries(entries).filter(([key]) => !REFUSED.some((word) => key.includes(word))));
  }
}
Palette.$inject = ['palette'];

export default { __init__: ['vocabulary', 'vocabularyPalette'], vocabulary: ['type', Vocabulary], vocabularyPalette: ['type', Palette] };
