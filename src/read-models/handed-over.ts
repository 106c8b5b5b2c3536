import type { DataSource } from 'typeorm';

export type ColumnMetadata = ReturnType<DataSource['getMetadata']>['columns'][number];

/** Types that TypeORM hands over as `pg` reads them, and `pg` as TypeORM left them. */
const AS_READ = new Set<unknown>([
  'text',
  'varchar',
  'character varying',
  'char',
  'character',
  'citext',
  'uuid',
  'int',
  'int2',
  'int4',
  'integer',
  'smallint',
  'int8',
  'bigint',
  'numeric',
  'decimal',
  'money',
  'float',
  'float4',
  'float8',
  'real',
  'double precision',
  'bool',
  'boolean',
  'timestamptz',
  'timestamp with time zone',
  'timestamp',
  'timestamp without time zone',
  'bytea',
  'inet',
  'cidr',
  'macaddr',
  String,
  Number,
  Boolean,
  Date,
]);

/** Types besides those that TypeORM hands over as they are read, in the form that they are read in. */
const SAME_FORM = new Set<unknown>(['json', 'jsonb', 'date']);

/** What TypeORM does to the values of a column between `pg` and the entity. */
export interface HandedOver {
  /** Whether `pg` gets a value as the entity has it, but for moments. */
  readonly isWrittenPlain: boolean;
  /** Whether the entity has a value as `pg` reads it. */
  readonly isReadPlain: boolean;
}

export function handedOver({ type, isArray, transformer }: ColumnMetadata): HandedOver {
  const isWrittenPlain = AS_READ.has(type) && !isArray && !transformer;
  const isReadPlain =
    !transformer &&
    (isArray ? typeof type === 'string' && AS_READ.has(type) : isWrittenPlain || SAME_FORM.has(type));
  return { isWrittenPlain, isReadPlain };
}
