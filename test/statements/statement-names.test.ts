import type { Client } from 'pg';
import { DataSource } from 'typeorm';
import { StatementNames } from '../../src/database/statement-names';
import { createDatabase, type TestDatabase } from '../support/database';

const SELECT = { text: 'SELECT * FROM things WHERE n = $1', values: [1], rowMode: 'array' as const };

describe('names of prepared statements', () => {
  let database: TestDatabase;
  let client: Client;
  let dataSource: DataSource;
  let names: StatementNames;

  beforeEach(async () => {
    database = await createDatabase();
    await database.query('CREATE TABLE things (n int); INSERT INTO things VALUES (1)');
    client = await database.connect();
    dataSource = new DataSource({ type: 'postgres', url: database.url });
    names = new StatementNames(dataSource);
  });

  afterEach(() => database.drop());

  const prepared = async (): Promise<string[]> => {
    const { rows } = await client.query<{ name: string }>(
      'SELECT name FROM pg_prepared_statements ORDER BY prepare_time',
    );
    return rows.map(({ name }) => name);
  };

  it('last for four times as many uses as there were when they were made', async () => {
    const perName = new Map<string, number>();
    for (let use = 0; use < 100; use++) {
      const name = names.of(SELECT.text)!;
      perName.set(name, (perName.get(name) ?? 0) + 1);
    }
    expect([...perName.values()]).toEqual([4, 16, 64, 16]);
    names.of('another statement', 1_000_000);
    expect(perName.has(names.of(SELECT.text)!)).toBe(false);
  });

  it('are those of the server, which plans a statement once', async () => {
    for (let use = 0; use < 4; use++) expect((await names.sendAlone(client, SELECT)).rows).toEqual([[1]]);
    expect(await prepared()).toEqual([names.of(SELECT.text)?.replace(/\d$/, '1')]);
  });

  it('are done without where the server has another statement by the name, as behind a pooler', async () => {
    await client.query(`PREPARE ${new StatementNames(dataSource).of(SELECT.text)} AS SELECT 2`);
    expect((await names.sendAlone(client, SELECT)).rows).toEqual([[1]]);
    expect(names.of(SELECT.text)).toBeUndefined();
    expect(new StatementNames(dataSource).of(SELECT.text)).toBeUndefined();
  });

  it('are done without where the server does not know them any more', async () => {
    await names.sendAlone(client, SELECT);
    await client.query('DEALLOCATE ALL');
    expect((await names.sendAlone(client, SELECT)).rows).toEqual([[1]]);
    expect(names.of(SELECT.text)).toBeUndefined();
  });

  it('are others when the table has changed', async () => {
    await names.sendAlone(client, SELECT);
    await client.query('ALTER TABLE things ADD more text');
    expect((await names.sendAlone(client, SELECT)).rows).toEqual([[1, null]]);
    expect((await names.sendAlone(client, SELECT)).rows).toEqual([[1, null]]);
    expect(await prepared()).toHaveLength(2);
  });

  it('are done without for texts with values in them, of which there is no end', () => {
    const named = Array.from({ length: 1_000 }, (_, n) => names.of(`SELECT ${n}`)).filter(Boolean);
    expect(named).toHaveLength(100);
  });

  it('leave the error of a statement as it is, and fail a transaction once at most', async () => {
    await expect(
      names.send(client, { ...SELECT, text: 'SELECT 1 / $1::int', values: [0] }),
    ).rejects.toMatchObject({
      code: '22012',
    });
    await client.query(`PREPARE ${names.of(SELECT.text)} AS SELECT 2`);
    await client.query('BEGIN');
    await expect(names.send(client, SELECT)).rejects.toMatchObject({ code: '42P05' });
    await client.query('ROLLBACK; BEGIN');
    expect((await names.send(client, SELECT)).rows).toEqual([[1]]);
  });
});
