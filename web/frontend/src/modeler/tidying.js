// «Ordenar el dibujo»: the server says where everything goes; here it goes there as one act that «Deshacer» takes back.
class Tidy {
  constructor(elementRegistry, bpmnFactory) {
    Object.assign(this, { elementRegistry, bpmnFactory });
  }

  execute(context) {
    context.before ??= this.read(context.after);
    return this.write(context.after);
  }

  revert(context) {
    return this.write(context.before);
  }

  // Where everything is that would move.
  read({ shapes, edges }) {
    const before = { shapes: {}, edges: {}, labels: {} };
    for (const id of Object.keys(shapes)) {
      const shape = this.elementRegistry.get(id);
      if (!shape) continue;
      before.shapes[id] = [shape.x, shape.y, shape.width, shape.height];
      if (shape.label) before.labels[id] = [shape.label.x, shape.label.y];
    }
    for (const id of Object.keys(edges)) {
      const edge = this.elementRegistry.get(id);
      if (!edge) continue;
      before.edges[id] = edge.waypoints.map(({ x, y }) => [x, y]);
      if (edge.label) before.labels[id] = [edge.label.x, edge.label.y];
    }
    return before;
  }

  write({ shapes, edges, labels }) {
    const changed = [];
    for (const [id, [x, y, width, height]] of Object.entries(shapes)) {
      const shape = this.elementRegistry.get(id);
      if (!shape) continue;
      this.label(shape, labels[id] ?? [shape.label?.x + x + width / 2 - shape.x - shape.width / 2, shape.label?.y + y + height - shape.y - shape.height], changed);
      Object.assign(shape, { x, y, width, height });
      Object.assign(shape.di.bounds, { x, y, width, height });
      changed.push(shape);
    }
    for (const [id, points] of Object.entries(edges)) {
      const edge = this.elementRegistry.get(id);
      if (!edge) continue;
      edge.waypoints = points.map(([x, y]) => ({ x, y }));
      edge.di.waypoint = points.map(([x, y]) => this.bpmnFactory.create('dc:Point', { x, y }));
      for (const point of edge.di.waypoint) point.$parent = edge.di;
      if (labels[id]) this.label(edge, labels[id], changed);
      changed.push(edge);
    }
    return changed;
  }

  label({ label }, [x, y], changed) {
    if (!label) return;
    Object.assign(label, { x, y });
    if (label.di.label?.bounds) Object.assign(label.di.label.bounds, { x, y });
    changed.push(label);
  }
}
Tidy.$inject = ['elementRegistry', 'bpmnFactory'];

export async function tidy(modeler, ask) {
  const { xml } = await modeler.saveXML();
  const after = await ask(xml);
  if (after.mensaje) return after.mensaje;
  modeler.get('commandStack').execute('cauce.tidy', { after });
  return '';
}

export default { __init__: [['commandStack', 'injector', (commandStack, injector) => commandStack.register('cauce.tidy', injector.instantiate(Tidy))]] };
