import type { ClientBase, CustomTypesConfig } from 'pg';
import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
export interface RowKey {
  readonly id: string;
  readonly values: readonly string[];
}
export interface LoadedRow {
  readonly id: string;
  readonly row: object;
  readonly xmin: string;
}
export interface Stamp {
  readonly xmin: string;
}
export interface RowChanges {
  readonly inserts: readonly { readonly key: RowKey; readonly row: object }[];
  readonly updates: readonly { readonly key: RowKey; readonly row: object; readonly stamp: Stamp }[];
  readonly deletes: readonly { readonly key: RowKey; readonly stamp: Stamp }[];
}
const AS_WRITTEN: CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };
const PLAIN = /^[\w.:+-]+$/;
function text(value: any): string {
  if (value === null || value === undefined) return 'NULL';
  if (value instanceof Date) return `"${value.toISOString()}"`;
  const s =
    typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return PLAIN.test(s) && s !== 'NULL' ? s : `"${s.replace(/["\\]/g, '\\$&')}"`;
}
export class RowTable {
  private readonly cols: {
    p: string;
    db: string;
    type: string;
    date: boolean;
    num: boolean;
    json: boolean;
    pk: boolean;
  }[];
  private readonly table: string;
  private readonly Entity: new () => any;
  private readonly pk: string[];
  constructor(d: DataSource, _p: string, e: EntityTarget<ObjectLiteral>) {
    const m = d.getMetadata(e);
    this.table = m.tablePath
      .split('.')
      .map((x) => `"${x}"`)
      .join('.');
    this.Entity = m.target as never;
    this.pk = m.primaryColumns.map((c) => c.propertyName);
    this.cols = m.columns
      .filter((c) => !c.generatedType)
      .map((c) => {
        const type = d.driver.normalizeType(c);
        return {
          p: c.propertyName,
          db: `"${c.databaseName}"`,
          type,
          date: type.startsWith('timestamp'),
          num: type === 'integer',
          json: type === 'jsonb',
          pk: c.isPrimary,
        };
      });
  }
  keyOf(key: any): RowKey {
    if (typeof key === 'string') return { id: key, values: [key] };
    const values =
      this.pk.length === 1 && typeof key !== 'object' ? [String(key)] : this.pk.map((p) => String(key[p]));
    return { id: values.length === 1 ? values[0]! : JSON.stringify(values), values };
  }
  settle(row: any, key: RowKey, isNew: boolean, _now: Date): object {
    if (isNew) this.pk.forEach((p, i) => (row[p] ??= key.values[i]));
    return row;
  }
  copy(row: object): object {
    return Object.assign(new this.Entity(), row);
  }
  sizeOf(_row: object): number {
    return 60 * this.cols.length + 100;
  }
  async load(client: ClientBase, keys: readonly RowKey[], lock = false): Promise<LoadedRow[]> {
    const pk = this.cols.filter((c) => c.pk);
    const arrays = pk.map((_, i) => '{' + keys.map((k) => text(k.values[i])).join() + '}');
    const where =
      pk.length === 1
        ? `t.${pk[0]!.db} = ANY ($1::${pk[0]!.type}[])`
        : `(${pk.map((c) => 't.' + c.db).join()}) IN (SELECT * FROM unnest(${pk.map((c, i) => `$${i + 1}::${c.type}[]`).join()}))`;
    const { rows } = (await client.query({
      text: `SELECT t.xmin, ${this.cols.map((c) => 't.' + c.db).join()} FROM ${this.table} t WHERE ${where}${lock ? ' FOR UPDATE' : ''}`,
      values: arrays,
      rowMode: 'array',
      types: AS_WRITTEN,
    } as never)) as unknown as { rows: string[][] };
    return rows.map((r) => {
      const row = new this.Entity();
      this.cols.forEach((c, i) => {
        const v = r[i + 1]!;
        row[c.p] = v === null ? null : c.date ? new Date(v) : c.num ? Number(v) : c.json ? JSON.parse(v) : v;
      });
      const values = this.pk.map((p) => row[p] as string);
      return { id: values.length === 1 ? values[0]! : JSON.stringify(values), row, xmin: r[0]! };
    });
  }
  encode({ inserts, updates, deletes }: RowChanges): { save(client: ClientBase): Promise<void> } {
    const arrays = (rows: readonly { row: any }[]) =>
      this.cols.map((c) => {
        let s = '{';
        for (let i = 0; i < rows.length; i++) {
          if (i) s += ',';
          s += text(rows[i]!.row[c.p]);
        }
        return s + '}';
      });
    const ins = inserts.length ? arrays(inserts) : [];
    const upd = updates.length ? arrays(updates) : [];
    const pk = this.cols.filter((c) => c.pk);
    const on = pk.map((c) => `t.${c.db} = u.${c.db}`).join(' AND ');
    const list = (p: readonly { db: string; type: string }[]) =>
      p.map((c, i) => `$${i + 1}::${c.type}[]`).join();
    return {
      save: async (client) => {
        const expect = async (n: number, sql: string, values: string[]) => {
          const { rowCount } = await client.query(sql, values);
          if (rowCount !== n) throw new Error(`foreign ${rowCount} ${n} ${sql}`);
        };
        const xmins = (l: readonly { stamp: Stamp }[]) => '{' + l.map(({ stamp }) => stamp.xmin).join() + '}';
        if (deletes.length)
          await expect(
            deletes.length,
            `DELETE FROM ${this.table} t USING unnest(${list(pk)}, $${pk.length + 1}::xid[]) u (${pk.map((c) => c.db).join()}, xmin_) WHERE ${on} AND t.xmin = u.xmin_`,
            [
              ...pk.map((_, i) => '{' + deletes.map(({ key }) => text(key.values[i])).join() + '}'),
              xmins(deletes),
            ],
          );
        if (ins.length)
          await expect(
            inserts.length,
            `INSERT INTO ${this.table} (${this.cols.map((c) => c.db).join()}) SELECT * FROM unnest(${list(this.cols)}) ON CONFLICT (${pk.map((c) => c.db).join()}) DO NOTHING`,
            ins,
          );
        if (upd.length)
          await expect(
            updates.length,
            `UPDATE ${this.table} t SET ${this.cols
              .filter((c) => !c.pk)
              .map((c) => `${c.db} = u.${c.db}`)
              .join()} FROM unnest(${list(this.cols)}, $${this.cols.length + 1}::xid[]) u (${this.cols.map((c) => c.db).join()}, xmin_) WHERE ${on} AND t.xmin = u.xmin_`,
            [...upd, xmins(updates)],
          );
      },
    };
  }
}
