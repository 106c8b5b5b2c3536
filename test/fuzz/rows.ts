import type { Type } from '@nestjs/common';
import type { ProjectionContext, RecordedEvent } from 'nestjs-projections';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { MODULUS, MULTIPLIER, UNIT } from './fold';
import type { FuzzData } from './plan';

export interface RowEntity {
  key: string;
  n: number;
  fold: number;
  total: string;
  tags: number[];
  positions: number[];
}

const entities = new Map<string, Type<RowEntity>>();

export const tableOf = (projection: string): string => `fuzz_rows_${projection}`;

/** The read model of a projection, one class for all that ever have its name: TypeORM forgets none. */
export function entityOf(projection: string): Type<RowEntity> {
  const known = entities.get(projection);
  if (known) return known;

  @Entity({ name: tableOf(projection), synchronize: false })
  class FuzzRow implements RowEntity {
    @PrimaryColumn('text') key!: string;
    @Column('int') n!: number;
    @Column('int') fold!: number;
    @Column('bigint') total!: string;
    @Column('jsonb') tags!: number[];
    @Column('jsonb') positions!: number[];
  }
  entities.set(projection, FuzzRow);
  return FuzzRow;
}

export const tablesSql = (projections: readonly string[]): string => `
  CREATE TABLE fuzz_unique (n int UNIQUE DEFERRABLE INITIALLY DEFERRED);
  ${projections
    .map(
      (projection) => `
        CREATE TABLE ${tableOf(projection)} (
          key text PRIMARY KEY, n int NOT NULL, fold int NOT NULL, total bigint NOT NULL, tags jsonb NOT NULL,
          positions jsonb NOT NULL
        );`,
    )
    .join('')}`;

export type Send = (context: ProjectionContext, sql: string, params: unknown[]) => unknown;

export const queries: Send = ({ manager }, sql, params) => manager.query(sql, params);
export const executes: Send = ({ execute }, sql, params) => execute(sql, params);

/** Adds an event to a row by SQL. */
export function addBySql(
  projection: string,
  key: string,
  { data, globalPosition }: RecordedEvent<FuzzData>,
  send: Send,
  context: ProjectionContext,
): unknown {
  const { n, amount, tags } = data;
  return send(
    context,
    `INSERT INTO ${tableOf(projection)} AS stored (key, n, fold, total, tags, positions)
     VALUES ($1, 1, $2::int % ${MODULUS}, $2::bigint * ${UNIT}, $3::jsonb, jsonb_build_array($5::int))
     ON CONFLICT (key) DO UPDATE
       SET n = stored.n + 1, fold = (stored.fold * ${MULTIPLIER} + $2::int) % ${MODULUS},
           total = stored.total + $2::bigint * ${UNIT}, tags = stored.tags || jsonb_build_array($4::int),
           positions = stored.positions || jsonb_build_array($5::int)`,
    [key, amount, JSON.stringify(tags), n, Number(globalPosition)],
  );
}

export function removeBySql(
  projection: string,
  key: string,
  send: Send,
  context: ProjectionContext,
): unknown {
  return send(context, `DELETE FROM ${tableOf(projection)} WHERE key = $1`, [key]);
}

/** Adds an event to a row in memory, in the way of a user who thinks of nothing. */
export function addInMemory(
  row: RowEntity | undefined,
  make: Type<RowEntity>,
  { data, globalPosition }: RecordedEvent<FuzzData>,
  sharesValues: boolean,
): RowEntity {
  const { n, amount, tags } = data;
  const position = Number(globalPosition);
  if (!row) {
    return Object.assign(new make(), {
      n: 1,
      fold: amount % MODULUS,
      total: String(BigInt(amount) * UNIT),
      tags: sharesValues ? tags : [...tags],
      positions: [position],
    });
  }
  row.n++;
  row.fold = (row.fold * MULTIPLIER + amount) % MODULUS;
  row.total = String(BigInt(row.total) + BigInt(amount) * UNIT);
  row.tags.push(n);
  row.positions.push(position);
  return row;
}
