import {
  emmettEvents,
  InvalidArgumentError,
  martenEvents,
  type MartenOptions,
  postgresTable,
  type PostgresTableOptions,
  UnboundSourceError,
} from 'nestjs-projections';
import { recorder } from '../support/recorder';
import { FOREIGN } from './foreign-app';
import { facts, type Given, useForeign } from './use-foreign';

const reader = (source = FOREIGN, name = 'reader') => recorder({ name, source });
const ofOwnStore = () => recorder({ name: 'reader' });
const live = (source?: string) => recorder({ name: 'reader', type: 'live', source });

describe('a source that is wired wrongly', () => {
  const use = useForeign();

  it.each<[string, RegExp, Given]>([
    ['UnsuitableTableError', /legacy"\."gone" .* there is none/, { table: 'gone' }],
    ['UnsuitableTableError', /no column "no"/, { columns: { position: 'no' } }],
    ['UnsuitableTableError', /"ref" is of type text, not bigint/, { columns: { position: 'ref' } }],
    ['UnsuitableTableError', /column "nobody" does not exist/, { columns: { data: 'nobody' } }],
    ['UnsuitableTableError', /for data is not json or jsonb/, { columns: { data: 'ref' } }],
    [
      'UnsuitableTableError',
      /for version is not a whole number/,
      { columns: { version: { sql: 'nr / 2.0' } } },
    ],
    [
      'UnsuitableTableError',
      /for recorded_at is not timestamptz/,
      { columns: { recordedAt: { sql: 'now()::date' } } },
    ],
    ['UnsuitableTableError', /syntax error/, { where: 'kind = = 1' }],
    ['UnknownDataSourceError', /named "elsewhere" for the source "foreign"/, { dataSource: 'elsewhere' }],
  ])('fails the start: %s %s', async (name, message, given) => {
    await expect(use.start([reader()], facts(given))).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message) as string,
    });
  });

  it('fails the start where the table is not fit to be read from', async () => {
    await use.foreign.query('CREATE VIEW legacy.seen AS SELECT * FROM legacy.facts');
    await expect(use.start([reader()], facts({ table: 'seen' }))).rejects.toThrow('it is no table');
    await use.foreign.query('CREATE TABLE legacy.child () INHERITS (legacy.facts)');
    await expect(use.start([reader()])).rejects.toThrow('children by INHERITS');
    await use.foreign.query('DROP TABLE legacy.child');
    await use.foreign.query('ALTER TABLE legacy.facts ALTER nr DROP IDENTITY');
    await expect(use.start([reader()])).rejects.toThrow('no sequence is known');
    await use.foreign.query('CREATE SEQUENCE legacy.numbers CACHE 10');
    await expect(use.start([reader()], facts({ sequence: 'numbers' }))).rejects.toThrow('has CACHE 10');
    await use.foreign.query(
      `ALTER SEQUENCE legacy.numbers CACHE 1; ALTER TABLE legacy.facts ALTER nr SET DEFAULT nextval('legacy.numbers')`,
    );
    await use.start([reader()]);
  });

  it('fails the start where a projection names another one', async () => {
    await expect(use.start([reader('elsewhere')])).rejects.toMatchObject({
      name: 'UnknownSourceError',
      message: expect.stringMatching(/"reader" reads the source "elsewhere", .* has "foreign"/) as string,
    });
  });

  it('fails the start where a projection is inline', async () => {
    const inline = recorder({ name: 'reader', source: FOREIGN, type: 'inline' });
    await expect(use.start([inline])).rejects.toThrow('it is inline, and events of another source');
  });
});

describe('a projection whose source changes', () => {
  const use = useForeign();

  it('is refused until it has another name, or the same source has', async () => {
    const own = await use.start([ofOwnStore()]);
    await own.close();
    await expect(use.start([reader()])).rejects.toMatchObject({
      name: 'ProjectionSourceChangedError',
      projection: 'reader',
      message: expect.stringMatching(
        /reads the source "foreign" now, .* of the module's event store, .*SET source = 'foreign'/,
      ) as string,
    });
    await use.start([reader(FOREIGN, 'another')]);
    await use.database.query(`UPDATE projection_states SET source = 'foreign' WHERE projection = 'reader'`);
    await use.start([reader()]);
    await expect(use.start([ofOwnStore()])).rejects.toThrow('SET source = NULL');
  });

  it('may be live: it keeps no position', async () => {
    await use.start([live()]);
    await use.start([live(FOREIGN)]);
  });
});

describe('what makes a source', () => {
  it.each<[unknown, string]>([
    [{}, 'table must be a name, not undefined'],
    [{ table: 'facts' }, 'columns must be an object with position and id'],
    [{ table: 'facts', columns: {} }, 'columns must say where position is'],
    [{ table: 'facts', columns: { position: { sql: 'nr' } } }, 'position must be a name, not an object'],
    [{ table: 'facts', columns: { id: { sqll: 'x' } } }, 'there is no option sqll'],
    [{ table: 'facts', tabel: 'facts' }, 'there is no option tabel'],
    [{ dataSource: 5 }, 'dataSource must be a name, not 5'],
  ])('refuses %j', (options, problem) => {
    expect(() => postgresTable(options as PostgresTableOptions)).toThrow(InvalidArgumentError);
    expect(() => postgresTable(options as PostgresTableOptions)).toThrow(problem);
  });

  it('refuses what Marten does in the mode Rich', () => {
    expect(() => martenEvents({ appendMode: 'rich' } as unknown as MartenOptions)).toThrow("must be 'quick'");
    expect(() => martenEvents({ appendMode: 'quick', metadata: ['data'] })).toThrow('metadata must hold');
  });

  it('knows no data source by its name outside of an application', () => {
    expect(() => emmettEvents().head()).toThrow(UnboundSourceError);
  });
});
