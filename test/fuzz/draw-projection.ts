import type { OnError } from 'nestjs-projections';
import { Random } from '../examples/fold/random';
import type { Dimension } from './dimensions';
import type { EventType, FaultKind, FaultPlace, KeyBy, ProjectionPlan } from './plan';

type On = ReadonlySet<Dimension>;

const MOST_SEGMENTS = 4;

/** @returns one of those whose dimension is on */
function drawn<T>(random: Random, on: On, choices: readonly (readonly [T, Dimension?])[]): T {
  return random.oneOf(choices.filter(([, dimension]) => !dimension || on.has(dimension)))[0];
}

export function drawProjection(random: Random, on: On, name: string): ProjectionPlan {
  const type = drawn<ProjectionPlan['type']>(random, on, [
    ['persistent'],
    ['persistent'],
    ['persistent'],
    ['inline', 'inline'],
    ['catch-up', 'catch-up'],
  ]);
  const style = drawn<ProjectionPlan['style']>(random, on, [
    ['transaction'],
    ['execute'],
    ['row', 'rows'],
    ['row', 'rows'],
  ]);
  // Appends of different streams go on at once, and so their order in a row of several is anybody's.
  const keyBy = type === 'inline' ? 'stream' : drawKey(random, on);
  const failing = type === 'persistent' || on.has(`${type}-letters`);
  const onError = failing ? random.oneOf(policiesOf(on)) : 'stop';
  const foreign = onError === 'park-stream' && on.has('foreign-park') && random.chance(0.3);
  const parkBy = foreign ? drawKey(random, on) : keyBy;
  // Only events of one segment can wait for each other.
  const divisible = type !== 'inline' && parkBy === keyBy && on.has('segments');
  const strict = onError === 'stop' || (onError === 'park-stream' && parkBy === keyBy);
  return {
    name,
    type,
    style,
    types: drawTypes(random, strict),
    segments: divisible ? 1 + random.below(MOST_SEGMENTS) : 1,
    divisible,
    keyBy,
    onError,
    parkBy,
    attempts: 1 + random.below(3),
    batchSize: random.oneOf([undefined, 1, 3, 20]),
    faultRate: random.oneOf([0.02, 0.05, 0.15]),
    faultKinds: drawKinds(random, on, failing),
    faultPlaces: drawPlaces(random, on, style, type, onError),
    oddErrors: on.has('odd-errors') && random.chance(0.3),
    slowMs: random.oneOf([0, 0, 5, 30]),
    vandal: on.has('vandals') && random.chance(0.3),
    sharesValues: on.has('shared-values') && random.chance(0.5),
  };
}

function drawKey(random: Random, on: On): KeyBy {
  return drawn<KeyBy>(random, on, [['stream'], ['text'], ['number', 'number-keys']]);
}

function policiesOf(on: On): OnError[] {
  return on.has('park') ? ['stop', 'dead-letter', 'park-stream', 'park-stream'] : ['stop', 'dead-letter'];
}

/** What is removed shows no order any more, which is why it must be known. */
function drawTypes(random: Random, strict: boolean): ProjectionPlan['types'] {
  const types: EventType[] = [
    'Added',
    ...(['Noted', 'Split', 'Passed'] as const).filter(() => random.chance(0.6)),
  ];
  if (!strict) return types as [EventType, ...EventType[]];
  if (random.chance(0.3)) return undefined;
  if (random.chance(0.5)) types.push('Removed');
  return types as [EventType, ...EventType[]];
}

function drawKinds(random: Random, on: On, failing: boolean): FaultKind[] {
  if (!on.has('faults')) return [];
  const kinds: FaultKind[] = failing ? ['poison', 'mendable', 'flaky'] : [];
  if (on.has('transient')) kinds.push('transient');
  return kinds.filter(() => random.chance(0.6));
}

function drawPlaces(
  random: Random,
  on: On,
  style: ProjectionPlan['style'],
  type: ProjectionPlan['type'],
  onError: OnError,
): FaultPlace[] {
  const places: FaultPlace[] = ['handler', 'handler'];
  if (style === 'row' && on.has('callbacks')) places.push('key');
  if (style === 'row' && on.has('odd-returns')) places.push('return');
  // Where nobody can tell what an event is parked by, nobody can tell what is to wait for it.
  if (type !== 'inline' && onError !== 'park-stream' && on.has('callbacks')) places.push('segmentBy');
  return places.filter((place) => place === 'handler' || random.chance(0.5));
}
