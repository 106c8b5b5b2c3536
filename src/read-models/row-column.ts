import { types as parsers } from 'pg';
import type { DataSource } from 'typeorm';
import type { ColumnType } from './column-type';
import { deepCopy } from './deep-copy';
import { exactText } from './exact-dates';
import { storedForm } from './stored-form';
import { localDateText, toText } from './to-text';

type ColumnMetadata = ReturnType<DataSource['getMetadata']>['columns'][number];
const DATE_OID: number = parsers.builtins.DATE;

type Row = Record<string, unknown>;

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

/** Types whose elements stand in an array parameter as they are; others go as text, and are cast one by one. */
const ARRAY_ELEMENTS = new Set([
  'text',
  'character varying',
  'bpchar',
  'uuid',
  'boolean',
  'date',
  'smallint',
  'integer',
  'bigint',
  'numeric',
  'real',
  'double precision',
  'timestamp with time zone',
  'timestamp without time zone',
  'jsonb',
  'json',
]);

/** How one column of an entity is read, written and copied, worked out once. */
export class RowColumn {
  readonly property: string;
  readonly name: string;
  readonly databaseName: string;
  readonly isPrimary: boolean;
  readonly isInserted: boolean;
  readonly isUpdated: boolean;
  readonly isCreateDate: boolean;
  readonly isUpdateDate: boolean;
  readonly isVersion: boolean;
  /** The value in an entity; no transformer has touched it. */
  readonly get: (row: object) => unknown;
  readonly set: (row: object, value: unknown) => void;
  /** Whether a copy of the row that has the value itself is good enough. */
  readonly isShared: boolean;
  /** The property of the row that it is in, if that is an embedded value. */
  readonly embeddedIn: string | undefined;
  /** A copy that shares nothing that can change. */
  readonly copy: (value: unknown) => unknown;
  /** What PostgreSQL reads it from. */
  readonly write: (value: unknown) => string | null;
  /** A value of a key as the column has it. */
  readonly prepareKey: (value: unknown) => unknown;
  /** What `pg` read, as the entity has it. */
  readonly hydrate: (value: unknown) => unknown;
  /** What a reload would show of a value, if that may be something else. */
  stored: ((value: unknown) => unknown) | undefined;
  private type!: ColumnType;

  constructor(
    private readonly metadata: ColumnMetadata,
    driver: DataSource['driver'],
  ) {
    this.property = metadata.propertyPath;
    this.databaseName = metadata.databaseName;
    this.name = `"${metadata.databaseName.replaceAll('"', '""')}"`;
    this.isPrimary = metadata.isPrimary;
    this.isInserted = metadata.isInsert;
    this.isUpdated = metadata.isUpdate && !metadata.isPrimary;
    this.isCreateDate = metadata.isCreateDate;
    this.isUpdateDate = metadata.isUpdateDate;
    this.isVersion = metadata.isVersion;
    const { propertyName } = metadata;
    if (metadata.embeddedMetadata) {
      this.get = (row) => metadata.getEntityValue(row);
      this.set = (row, value) => metadata.setEntityValue(row, value);
    } else {
      this.get = (row) => (row as Row)[propertyName];
      this.set = (row, value) => ((row as Row)[propertyName] = value);
    }
    const plain = AS_READ.has(metadata.type) && !metadata.isArray && !metadata.transformer;
    const isScalar =
      plain &&
      !(driver.normalizeType(metadata) === 'bytea' || driver.normalizeType(metadata).startsWith('timestamp'));
    this.copy = isScalar ? same : deepCopy;
    this.isShared = isScalar && !metadata.embeddedMetadata;
    this.embeddedIn = metadata.embeddedMetadata?.parentPropertyNames[0];
    this.hydrate = plain ? same : (value) => driver.prepareHydratedValue(value, metadata) as unknown;
    const prepare = plain
      ? same
      : (value: unknown) => driver.preparePersistentValue(value, metadata) as unknown;
    this.prepareKey = metadata.type === 'date' || metadata.transformer ? prepare : same;
    const isLocal = /^timestamp( without time zone)?$/.test(driver.normalizeType(metadata));
    this.write = (value) => {
      if (typeof value === 'string' && plain) return value;
      const prepared = prepare(value);
      if (prepared instanceof Date)
        return exactText(prepared) ?? (isLocal ? localDateText(prepared) : toText(prepared));
      return toText(prepared);
    };
  }

  /** To be called once, when the database has told the types. */
  resolve(type: ColumnType): void {
    this.type = type;
    const { transformer, isArray } = this.metadata;
    const stored = transformer || isArray ? undefined : storedForm(type);
    if (!stored) return;
    // A date that is no moment becomes a text, in the way of TypeORM.
    this.stored =
      this.metadata.type === 'date'
        ? (value) => stored(value instanceof Date ? this.hydrate(value) : value)
        : stored;
  }

  /** The type of an array parameter with values of this column. */
  get arrayType(): string {
    return ARRAY_ELEMENTS.has(this.type.name) ? `${this.type.name}[]` : 'text[]';
  }

  /** An element of such a parameter as a value of the column. */
  cast(element: string): string {
    return ARRAY_ELEMENTS.has(this.type.name) ? element : `${element}::${this.type.name}`;
  }

  /** A value that PostgreSQL wrote as text, as the entity has it. */
  parse(text: string): unknown {
    const parse = parsers.getTypeParser(this.type.oid) as (text: string) => unknown;
    return this.hydrate(this.type.oid === DATE_OID ? text : parse(text));
  }

  /** A moment as the entity has it. */
  parseDate(date: Date): unknown {
    return this.hydrate(date);
  }

  /** What a row has that was inserted without a value; says why where nobody knows. */
  get unset(): { readonly value: unknown } | { readonly why: string } {
    const { constant, hasDefault, notNull } = this.type;
    if (constant !== undefined && constant !== null) return { value: this.parse(constant) };
    if (hasDefault && constant === undefined)
      return { why: 'only the database could fill, by the expression of its default' };
    return notNull && this.isInserted ? { why: 'may not be null' } : { value: this.hydrate(null) };
  }
}

const same = (value: unknown): unknown => value;
