import type { Type } from '@nestjs/common';
import { On, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import { EntitySchema } from 'typeorm';
import { TABLES_OF } from '../examples/fold/tables';
import type { Model } from './models';

export interface SqlProjection {
  readonly projection: Type<object>;
  readonly entities: readonly EntitySchema[];
}

/** Every statement is awaited. */
export function transactionProjection(model: Model): SqlProjection {
  return sqlProjection(model, 'transaction', async (statements, { manager }) => {
    for (const [sql, params] of statements) await manager.query(sql, [...params]);
  });
}

/** Every statement is sent, and none awaited. */
export function statementProjection(model: Model): SqlProjection {
  return sqlProjection(model, 'statement', (statements, { execute }) => {
    for (const [sql, params] of statements) execute(sql, params);
  });
}

function sqlProjection(
  { name, options, sql }: Model,
  style: 'transaction' | 'statement',
  run: (statements: ReturnType<ReturnType<Model['sql']>[string]>, context: ProjectionContext) => unknown,
): SqlProjection {
  const schema = `by_${style}`;
  const statements = sql(schema);
  const [first, ...others] = Object.keys(statements) as [string, ...string[]];
  const readModels = TABLES_OF[name]!.map((table) => entityOf(schema, table));

  @Projection({ ...options, name: `${name}.${style}`, readModels })
  class SqlStyle {
    @On(first, ...others)
    handle(event: RecordedEvent, context: ProjectionContext) {
      return run(statements[event.type]!(event), context);
    }
  }
  return { projection: SqlStyle, entities: readModels };
}

/** As much as a rebuild needs to know of a table. */
function entityOf(schema: string, tableName: string): EntitySchema {
  const columns = { id: { type: 'text', primary: true } } as const;
  return new EntitySchema({ name: `${schema}.${tableName}`, schema, tableName, columns });
}
