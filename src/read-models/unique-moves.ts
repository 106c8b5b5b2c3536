import type { UniqueValues } from './unique-values';

/** An updated row with what it had in the unique indexes and what it is to have. */
export interface UniqueMove<Row> {
  readonly row: Row;
  readonly from: UniqueValues;
  readonly to: UniqueValues;
}

/** More statements than these are no help any more: the database may refuse, and smaller batches come. */
const MOST_LAYERS = 20;

/** The rows whose values others take, in the order of those given. */
export function inTheWay<Row>(moves: readonly UniqueMove<Row>[], isExact: readonly boolean[]): Set<Row> {
  const found = new Set<Row>();
  isExact.forEach((exact, index) => {
    const changed = moves.filter(({ from, to }) => from[index] !== to[index]);
    if (changed.length < 2) return;
    const wanted = new Set(changed.map(({ to }) => to[index]));
    for (const { row, from } of changed)
      if (from[index] !== undefined && (!exact || wanted.has(from[index]))) found.add(row);
  });
  return found;
}

/** Rows in layers, each of which makes room for the next; those that wait for each other come last. */
export function layersOf<Row>(moves: readonly UniqueMove<Row>[]): Row[][] {
  const layers: Row[][] = [];
  let rest = [...moves];
  while (rest.length > 0 && layers.length < MOST_LAYERS) {
    const taken = new Map<string, Row>();
    for (const { row, from } of rest)
      from.forEach((text, at) => text !== undefined && taken.set(`${at} ${text}`, row));
    const isFree = ({ row, to }: UniqueMove<Row>) =>
      to.every((text, at) => [undefined, row].includes(taken.get(`${at} ${text}`)));
    const free = rest.filter(isFree);
    if (free.length === 0) break;
    layers.push(free.map(({ row }) => row));
    rest = rest.filter((move) => !isFree(move));
  }
  if (rest.length > 0) layers.push(rest.map(({ row }) => row));
  return layers;
}
