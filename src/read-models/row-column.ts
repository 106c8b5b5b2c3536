import type { ClientBase } from 'pg';
import type { DataSource } from 'typeorm';
import { asRead, type ColumnType } from './column-type';
import { arrayTypeOf, elementAs } from './array-parameter';
import { columnWriter } from './column-writer';
import { deepCopy } from './deep-copy';
import { type ColumnMetadata, handedOver } from './handed-over';
import { parserOf } from './column-parser';
import { hasStandard, isStandard } from './standard-parser';
import { type StoredForm, storedForm, UNKNOWN } from './stored-form';
import { storedText } from './stored-text';
import { quoted } from '../database/identifiers';

type Row = Record<string, unknown>;

/** Texts whose stored forms are kept, for each column. */
const MOST_KNOWN = 1_000;

/** A moment as it is written for a column with a time zone, and for one without. */
const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;
const LOCAL = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,3})?$/;

/** Types of which what was written can be read as if the database had. */
const READ_BACK: Readonly<Record<string, RegExp>> = {
  'timestamp with time zone': INSTANT,
  'timestamp without time zone': LOCAL,
  json: /^/,
  jsonb: /^/,
  bytea: /^\\x[\da-f]*$/,
};

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
  readonly isMoment: boolean;
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
  private readonly hydrate: (value: unknown) => unknown;
  /** Whether the entity has a value as `pg` reads it. */
  private readonly isPlain: boolean;
  private type!: ColumnType;
  private parse!: (text: string) => unknown;
  private isStandard!: boolean;
  private hasStandard!: boolean;
  private form: StoredForm = () => UNKNOWN;
  private storedText!: (text: string) => string | undefined;
  /** What the database said that it makes of texts. */
  private readonly known = new Map<string, string>();

  constructor(metadata: ColumnMetadata, driver: DataSource['driver']) {
    this.property = metadata.propertyPath;
    this.databaseName = metadata.databaseName;
    this.name = quoted(metadata.databaseName);
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
    const type = driver.normalizeType(metadata);
    const { isWrittenPlain, isReadPlain } = handedOver(metadata);
    const isMoment = type.startsWith('timestamp');
    const isScalar = isWrittenPlain && type !== 'bytea' && !isMoment;
    this.isMoment = isMoment;
    this.isPlain = isReadPlain;
    this.copy = isScalar ? same : deepCopy;
    this.isShared = isScalar && !metadata.embeddedMetadata;
    this.embeddedIn = metadata.embeddedMetadata?.parentPropertyNames[0];
    this.hydrate = (value) => driver.prepareHydratedValue(value, metadata) as unknown;
    const persist = (value: unknown) => driver.preparePersistentValue(value, metadata) as unknown;
    this.prepareKey = metadata.type === 'date' || metadata.transformer ? persist : same;
    const isPlain = isWrittenPlain && !isMoment;
    const prepare = isPlain ? same : persist;
    this.write = columnWriter({ type, isPlain, prepare, baseType: () => this.type.base });
  }

  /** To be called once, when the database has told the types. */
  resolve(type: ColumnType, client: ClientBase): void {
    this.type = type;
    this.parse = parserOf(type, client);
    this.isStandard = isStandard(type.base, type.isEnum, this.parse);
    this.hasStandard = hasStandard(type.base);
    this.storedText = storedText(type.base, type.modifier, type.isEnum);
    if (this.isStandard) this.form = storedForm(type);
    if (FLOATS.has(type.base) && !(this.isStandard && type.session.isExact))
      this.storedText = () => undefined;
  }

  /** The type of an array parameter with values of this column. */
  get arrayType(): string {
    return arrayTypeOf(this.type.base);
  }

  /** An element of such a parameter as a value of the column. */
  cast(element: string): string {
    return elementAs(this.type.base, element);
  }

  /** The column's value as it is to be read. */
  select(value: string): string {
    return asRead(value, this.type);
  }

  /** As the table declares it. */
  get declaredType(): string {
    return this.type.declared;
  }

  /** What its values are of, by the name in the database. */
  get baseType(): string {
    return this.type.base;
  }

  /** Whether the application reads its type by a parser of its own, which may know less than the database has. */
  get readsInOwnWay(): boolean {
    return !this.isStandard && this.hasStandard;
  }

  /** Whether its texts are JSON. */
  get isJson(): boolean {
    return this.type.base === 'json' || this.type.base === 'jsonb';
  }

  /** A value that PostgreSQL wrote as text, as the entity has it. */
  read(text: string | null): unknown {
    const value = text === null ? null : this.parse(text);
    return this.isPlain && (this.isStandard || value === null) ? value : this.hydrate(value);
  }

  /** A moment as the entity has it. */
  readDate(date: Date): unknown {
    return this.isPlain ? date : this.hydrate(date);
  }

  /**
   * What a reload would show of a value that a handler gave, wherever batches end; it shares nothing with the value that
   * can change. Values that the column will not take are left for the database to refuse.
   * @returns `UNKNOWN` where only the database can tell
   */
  settle(value: unknown): unknown {
    if (this.isPlain) {
      if (value === null) return null;
      const form = this.form(value);
      if (form !== UNKNOWN) return form;
    }
    const text = this.write(value);
    return text === null ? this.read(null) : this.settleText(text);
  }

  /** Remembers what the database makes of a text. */
  learn(text: string, stored: string): void {
    if (this.known.size >= MOST_KNOWN) this.known.clear();
    this.known.set(text, stored);
  }

  /** What a row has that was inserted without a value; says why where nobody knows. */
  get unset(): { readonly value: unknown } | { readonly why: string } {
    const { constant, hasDefault, notNull } = this.type;
    if (constant !== undefined && constant !== null) return { value: this.read(constant) };
    if (hasDefault && constant === undefined)
      return { why: 'only the database could fill, by the expression of its default' };
    return notNull && this.isInserted ? { why: 'may not be null' } : { value: this.read(null) };
  }

  /**
   * What a reload would show of a text that the column was given.
   * @returns `UNKNOWN` where only the database can tell
   */
  settleText(text: string): unknown {
    const stored = this.storedText(text) ?? this.known.get(text);
    if (stored !== undefined) return this.read(stored);
    if (!this.isStandard || !READ_BACK[this.type.base]?.test(text)) return UNKNOWN;
    const written = this.type.base.startsWith('timestamp') ? text.replace('T', ' ') : text;
    const form = this.form(this.parse(written));
    return form === UNKNOWN || this.isPlain ? form : this.hydrate(form);
  }
}

const FLOATS = new Set(['real', 'double precision']);

const same = (value: unknown): unknown => value;
