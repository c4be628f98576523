/**
 * Arranges nodes in columns, so that wires go from left to right: the layered layout of Sugiyama, Tagawa and Toda
 * (1981).
 *
 * - Wires that close a loop are handled separately: they go back below everything. All others lead to a later column.
 * - A wire that passes through columns has a slot in each; wires from one port share it.
 * - Within a column, nodes are ordered by the mean position of their neighbors, in sweeps over the columns in both
 *   directions.
 */

/** A wire: the numbers of two nodes, and of their ports, counted from the top. */
export interface Edge {
  readonly from: number;
  readonly fromPort: number;
  readonly to: number;
  readonly toPort: number;
}

/** A place in a column: a node, or a wire that passes through. */
export interface Slot {
  readonly column: number;
  /** The node; undefined for a wire. */
  readonly node: number | undefined;
}

/** A piece of a wire from one column to the next. */
export interface Hop {
  readonly from: Slot;
  readonly to: Slot;
  /** The wire that it belongs to, or one of several that share the slot. */
  readonly edge: Edge;
}

/** Nodes and wires in columns. */
export interface Layers {
  /** The columns from left to right, each from top to bottom. */
  readonly columns: readonly (readonly Slot[])[];
  readonly hops: readonly Hop[];
  /** The wires that go back. */
  readonly back: readonly Edge[];
}

/** The number of sweeps that order the columns. */
const SWEEPS = 6;

/** Puts nodes in columns; the `first` nodes have the first column to themselves, the `last` nodes the last column. */
export function layersOf(
  count: number,
  { edges, first, last }: {
    readonly edges: readonly Edge[];
    readonly first: ReadonlySet<number>;
    readonly last: ReadonlySet<number>;
  },
): Layers {
  const back = backEdges(count, { edges, first });
  const forward = edges.filter((edge) => !back.has(edge));
  const columnOf = columnsOf(count, { edges: forward, first, last });
  const columns: Slot[][] = Array.from({ length: Math.max(0, ...columnOf) + 1 }, () => []);
  const slots = columnOf.map((column, node): Slot => {
    const slot = { column, node };
    columns[column]?.push(slot);
    return slot;
  });
  const passing = new Map<string, Slot>();
  const hops = new Map<string, Hop>();
  for (const edge of forward) {
    const [start, end] = [slots[edge.from], slots[edge.to]];
    if (start === undefined || end === undefined) continue;
    let from = start;
    for (let column = start.column + 1; column < end.column; column++) {
      const key = `${edge.from} ${edge.fromPort} ${column}`;
      const known = passing.get(key);
      const slot = known ?? { column, node: undefined };
      if (known === undefined) columns[column]?.push(slot);
      passing.set(key, slot);
      hops.set(key, { from, to: slot, edge });
      from = slot;
    }
    hops.set(`${edge.from} ${edge.fromPort} to ${edge.to} ${edge.toPort}`, { from, to: end, edge });
  }
  const found = { columns, hops: [...hops.values()], back: [...back] };
  order(found);
  return found;
}

/** The edges that lead back to a node of the walk that reached them. */
function backEdges(
  count: number,
  { edges, first }: { readonly edges: readonly Edge[]; readonly first: ReadonlySet<number> },
): Set<Edge> {
  const leaving = Map.groupBy(edges, ({ from }) => from);
  const entered = new Set(edges.map(({ to }) => to));
  const nodes = Array.from({ length: count }, (_, node) => node);
  const begins = [...first, ...nodes.filter((node) => !entered.has(node)), ...nodes];
  const state = new Uint8Array(count);
  const [OPEN, DONE] = [1, 2];
  const back = new Set<Edge>();
  for (const begin of begins) {
    const trail = state[begin] === 0 ? [{ node: begin, next: 0 }] : [];
    state[begin] ||= OPEN;
    for (let at = trail.at(-1); at !== undefined; at = trail.at(-1)) {
      const edge = leaving.get(at.node)?.[at.next++];
      if (edge === undefined) {
        state[at.node] = DONE;
        trail.pop();
      } else if (state[edge.to] === OPEN) back.add(edge);
      else if (state[edge.to] === 0) {
        state[edge.to] = OPEN;
        trail.push({ node: edge.to, next: 0 });
      }
    }
  }
  return back;
}

/** By node: its column, right of all its predecessors; a node without predecessors is close to its successors. */
function columnsOf(
  count: number,
  { edges, first, last }: {
    readonly edges: readonly Edge[];
    readonly first: ReadonlySet<number>;
    readonly last: ReadonlySet<number>;
  },
): number[] {
  const leaving = Map.groupBy(edges, ({ from }) => from);
  const waiting = new Int32Array(count);
  for (const { to } of edges) waiting[to] = (waiting[to] ?? 0) + 1;
  const columns = Array.from({ length: count }, (_, node): number => first.has(node) || first.size === 0 ? 0 : 1);
  const sources = columns.map((_, node) => node).filter((node) => waiting[node] === 0);
  const ready = [...sources];
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    for (const { to } of leaving.get(node) ?? []) {
      columns[to] = Math.max(columns[to] ?? 0, (columns[node] ?? 0) + 1);
      waiting[to] = (waiting[to] ?? 0) - 1;
      if (waiting[to] === 0) ready.push(to);
    }
  }
  for (const node of sources) {
    const near = (leaving.get(node) ?? []).reduce((least, { to }) => Math.min(least, columns[to] ?? 0), Infinity);
    if (!first.has(node) && Number.isFinite(near)) columns[node] = Math.max(columns[node] ?? 0, near - 1);
  }
  const inner = columns.reduce((most, column, node) => last.has(node) ? most : Math.max(most, column), -1);
  for (const node of last) columns[node] = inner + 1;
  return columns;
}

/** Orders the slots of each column in place. */
function order({ columns, hops }: { readonly columns: Slot[][]; readonly hops: readonly Hop[] }): void {
  const [into, outOf] = [Map.groupBy(hops, ({ to }) => to), Map.groupBy(hops, ({ from }) => from)];
  const places = new Map<Slot, number>();
  const note = (column: readonly Slot[]) => column.forEach((slot, place) => places.set(slot, place));
  columns.forEach(note);
  // Ports of a node are ordered within its slot.
  const port = (slot: Slot, index: number) => (places.get(slot) ?? 0) + (slot.node === undefined ? 0 : index / 1000);
  const mean = (places: readonly number[]) => places.reduce((sum, place) => sum + place, 0) / places.length;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isForth = sweep % 2 === 0;
    for (const column of isForth ? columns : columns.toReversed()) {
      const wanted = new Map(column.map((slot) => {
        const near = isForth
          ? (into.get(slot) ?? []).map(({ from, edge }) => port(from, edge.fromPort))
          : (outOf.get(slot) ?? []).map(({ to, edge }) => port(to, edge.toPort));
        return [slot, near.length === 0 ? places.get(slot) ?? 0 : mean(near)];
      }));
      column.sort((one, other) => (wanted.get(one) ?? 0) - (wanted.get(other) ?? 0));
      note(column);
    }
  }
}
