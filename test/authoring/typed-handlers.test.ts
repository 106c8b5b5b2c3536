import { compileSamples } from '../docs/compile-samples';
import type { Sample } from '../docs/markdown';

const PREAMBLE = `
import { On, OnAny, type ProjectionContext, type RecordedEvent, type Serialized } from 'nestjs-projections';
declare module 'nestjs-projections' {
  interface EventMap { TypedOrderPaid: { order_id: string; cents: number } }
}
class OrderSent { static readonly type = 'OrderSent'; constructor(readonly order_id: string) {} }
class OrderDated { constructor(readonly at: Date, readonly lines: { n?: number }[]) {} total() { return 1; } }
class OrderLost { constructor(readonly reason: string) {} }
class Row { id!: string; total!: number; }
`;

const FITTING = [
  '@On(OrderSent) sent(event: RecordedEvent<OrderSent>, { manager }: ProjectionContext) { return manager && event; }',
  '@On(OrderSent) sent(event: RecordedEvent<{ order_id: string }>) { return event; }',
  '@On(OrderSent) sent() {}',
  '@On(OrderSent, OrderLost) both(event: RecordedEvent<OrderSent | OrderLost>) { return event; }',
  "@On('TypedOrderPaid') paid(event: RecordedEvent<{ cents: number }>) { return event; }",
  "@On('TypedOrderPaid', { replay: false }) paid({ data }: RecordedEvent<{ cents: number }>) { return data; }",
  "@On('TypedOrderPaid') @On(OrderSent) both(event: RecordedEvent<{ order_id: string }>) { return event; }",
  '@On(OrderDated) dated({ data }: RecordedEvent<Serialized<OrderDated>>) { return data.at.slice(0, 10) + data.lines[0]!.n; }',
  '@On(OrderDated) dated({ data }: RecordedEvent<{ at: string }>) { return data; }',
  '@OnAny() any(event: RecordedEvent) { return event; }',
  '@On(OrderSent, { row: Row }) kept({ id }: RecordedEvent, row: Row | undefined) { return id ? row : null; }',
  '@On(OrderSent, { row: Row, key: ({ data }) => data.order_id }) made() { return { total: 1 }; }',
  '@On(OrderSent, { row: Row }) either(event: RecordedEvent, row?: Row) { return event.version > 1 ? null : (row ?? { id: "7" }); }',
  '@On(OrderSent, { row: Row }) async later() { return Promise.resolve({ total: 1 }); }',
  '@On(OrderSent, { row: Row }) alone(): void {}',
  '@On(OrderSent, { row: Row }) unknown(): unknown { return 7; }',
  '@On(OrderSent, { row: "row" }) named() { return { what: "ever" }; }',
  '@On(OrderSent, { replay: false }) elsewhere() { return 7; }',
  '@OnAny({ row: Row }) any() { return { total: 1 }; }',
];

const MISFITTING = [
  '@On(OrderSent) sent(event: RecordedEvent<OrderLost>) { return event; }',
  '@On(OrderSent) sent(event: RecordedEvent<{ order_id: number }>) { return event; }',
  '@On(OrderSent) sent(event: OrderSent) { return event; }',
  '@On(OrderSent, OrderLost) both(event: RecordedEvent<OrderSent>) { return event; }',
  "@On('TypedOrderPaid') paid(event: RecordedEvent<{ cents: string }>) { return event; }",
  "@On('TypedOrderPaid', { replay: false }) paid(event: RecordedEvent<{ amount: number }>) { return event; }",
  "@On('TypedOrderPaid', OrderLost) both(event: RecordedEvent<OrderLost>) { return event; }",
  '@On(OrderDated) dated(event: RecordedEvent<{ at: Date }>) { return event; }',
  '@On(OrderDated) dated({ data }: RecordedEvent<Serialized<OrderDated>>) { return data.total(); }',
  '@On() nothing() {}',
  '@On(7) number() {}',
  "@On('TypedOrderPaid', { replays: false }) typo() {}",
  "@On('TypedOrderPiad') typo() {}",
  "@On('TypedOrderPaid', 'OrderSent') undeclared() {}",
  '@On(OrderSent, { row: Row }) counts() { return 7; }',
  '@On(OrderSent, { row: Row }) says(event: RecordedEvent) { return event.id; }',
  '@On(OrderSent, { row: Row }) misspells() { return { totl: 1 }; }',
  '@On(OrderSent, { row: Row }) sometimes(event: RecordedEvent, row?: Row) { return row ?? { totl: 1 }; }',
  '@On(OrderSent, { row: Row }) async later() { return Promise.resolve(7); }',
  '@On(OrderSent, { row: Row, typo: 1 }) options() {}',
  '@OnAny({ row: Row }) any() { return { totl: 1 }; }',
];

const sampleOf = (method: string, at: number): Sample => ({
  page: `test/authoring/handler-${at}`,
  line: 1,
  file: undefined,
  givens: [],
  code: `${PREAMBLE}export class Handlers { ${method} }`,
});

describe('a handler declared by @On', () => {
  const all = [...FITTING, ...MISFITTING];
  let problems: string[];
  beforeAll(() => {
    problems = compileSamples(all.map(sampleOf), []);
  });

  const problemsWith = (method: string) =>
    problems.filter((problem) => problem.startsWith(`${sampleOf(method, all.indexOf(method)).page}:`));

  it.each(FITTING)('compiles where its parameter fits: %s', (method) => {
    expect(problemsWith(method)).toEqual([]);
  });

  it.each(MISFITTING)('does not compile where it does not: %s', (method) => {
    expect(problemsWith(method)).not.toEqual([]);
  });
});

const code = (name: string) => `
import { On, type RecordedEvent } from 'nestjs-projections';
export class Handlers { @On('${name}') any(event: RecordedEvent<{ whatever: Date }>) { return event; } }`;

const sample = (name: string) => ({ ...sampleOf('', 0), code: code(name) });

describe('a name that EventMap does not have', () => {
  it('compiles where EventMap is empty, or open', () => {
    expect(compileSamples([sample('Unmapped')], [])).toEqual([]);
    expect(compileSamples([sampleOf('', 1), sample('Unmapped')])).toEqual([]);
  });

  it('does not compile where it has entries', () => {
    expect(compileSamples([sampleOf('', 1), sample('Unmapped')], [])).not.toEqual([]);
  });
});
