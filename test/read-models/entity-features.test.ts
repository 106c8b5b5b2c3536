import {
  Column,
  CreateDateColumn,
  DefaultNamingStrategy,
  DeleteDateColumn,
  Entity,
  type EntityTarget,
  type ObjectLiteral,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
  VersionColumn,
} from 'typeorm';
import { NOW, useRows } from './rows';

class Street {
  @Column({ type: 'text', nullable: true })
  name!: string | null;

  @Column({ type: 'int', default: 1 })
  houseNumber!: number;
}

class Address {
  @Column({ type: 'text', nullable: true })
  city!: string | null;

  @Column(() => Street, { prefix: 'str_' })
  street!: Street;
}

@Entity({ name: 'buyer', schema: 'sales' })
class Buyer {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column(() => Address)
  home!: Address;
}

class PairKey {
  @PrimaryColumn({ type: 'int' })
  left!: number;

  @PrimaryColumn({ type: 'int' })
  right!: number;
}

@Entity()
class EmbeddedKey {
  @Column(() => PairKey)
  pair!: PairKey;

  @Column({ type: 'int' })
  n!: number;
}

@Entity({ name: 'odd table; $1 ü' })
class OddNames {
  @PrimaryColumn({ type: 'int', name: 'select' })
  id!: number;

  @Column({ type: 'text', name: `a b' \\ ü; $1` })
  text!: string;

  @Column({ type: 'text', name: 'camelCase' })
  camel!: string;
}

@Entity()
class Dated {
  @PrimaryColumn({ type: 'int' })
  id!: number;

  @Column({ type: 'int' })
  n!: number;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn()
  updatedAt!: Date;

  @DeleteDateColumn({ type: 'timestamptz' })
  deletedAt!: Date | null;

  @VersionColumn()
  version!: number;
}

@Entity()
class Guarded {
  @PrimaryColumn({ type: 'int' })
  id!: number;

  @Column({ type: 'text', nullable: true, insert: false, default: 'first' })
  notInserted!: string | null;

  @Column({ type: 'text', update: false })
  notUpdated!: string;

  @Column({ type: 'text', select: false })
  notSelected!: string;
}

@Entity()
class Generated {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ type: 'int', name: 'PRICE' })
  price!: number;

  @Column({ type: 'int', generatedType: 'STORED', asExpression: '"PRICE" * 2' })
  double!: number;

  @Column({ type: 'tsvector', generatedType: 'STORED', asExpression: `to_tsvector('simple', "PRICE"::text)` })
  search!: unknown;
}

@Entity()
class Numbered {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'text' })
  text!: string;
}

class ShoutingNames extends DefaultNamingStrategy {
  override tableName(target: string, given: string | undefined): string {
    return (given ?? target).toUpperCase();
  }

  override columnName(property: string, given: string | undefined, prefixes: string[]): string {
    return [...prefixes, given ?? property].join('__').toUpperCase();
  }
}

const ENTITIES = [Buyer, EmbeddedKey, OddNames, Dated, Guarded, Generated, Numbered];
const OPTIONS = { before: 'CREATE SCHEMA sales; CREATE SCHEMA shop; CREATE EXTENSION "uuid-ossp"' };
const ID = '3f2504e0-4f89-11d3-9a0c-0305e82c3301';

describe.each([
  ['as it is', OPTIONS],
  [
    'with a naming strategy and a schema',
    { ...OPTIONS, namingStrategy: new ShoutingNames(), schema: 'shop' },
  ],
])('an entity of folded rows, %s', (_, options) => {
  const rows = useRows(ENTITIES, options);

  async function stored<T extends ObjectLiteral>(entity: EntityTarget<T>): Promise<T> {
    const [row] = await rows.now.dataSource.getRepository(entity).find({ withDeleted: true });
    return row!;
  }

  /** That both read the same, and that what they read is an instance. */
  async function expectSame<T extends ObjectLiteral>(entity: new () => T, key: unknown): Promise<T> {
    const row = await stored(entity);
    expect(await rows.now.load(entity, key)).toStrictEqual(row);
    expect(row).toBeInstanceOf(entity);
    return row;
  }

  it('may embed values in values, in a schema of its own', async () => {
    const home = { city: 'x', street: { name: 'y', houseNumber: 7 } };
    const settled = await rows.now.insert(Buyer, 'a', { home });
    expect(await expectSame(Buyer, 'a')).toEqual({ id: 'a', home });
    expect(settled.home.street).toBeInstanceOf(Street);
    await rows.now.update(Buyer, 'a', (row) => (row.home.street.name = null));
    expect((await expectSame(Buyer, 'a')).home.street).toEqual({ name: null, houseNumber: 7 });
    await rows.now.delete(Buyer, 'a');
    const bare = await rows.now.insert(Buyer, 'b', {});
    expect(bare).toStrictEqual(await expectSame(Buyer, 'b'));
    expect(bare.home).toEqual({ city: null, street: { name: null, houseNumber: 1 } });
  });

  it('may have its key in an embedded value', async () => {
    const key = { pair: { left: 1, right: 2 } };
    await rows.now.insert(EmbeddedKey, key, { n: 1 });
    await rows.now.update(EmbeddedKey, key, (row) => (row.n = 2));
    expect(await expectSame(EmbeddedKey, key)).toEqual({ ...key, n: 2 });
  });

  it('may have odd names', async () => {
    await rows.now.insert(OddNames, 1, { text: 'a', camel: 'b' });
    await rows.now.update(OddNames, 1, (row) => (row.text = 'c'));
    expect(await expectSame(OddNames, 1)).toEqual({ id: 1, text: 'c', camel: 'b' });
  });

  it('may have dates of its making and its change, and a version', async () => {
    const first = await rows.now.insert(Dated, 1, { n: 1 });
    expect(first).toStrictEqual(await expectSame(Dated, 1));
    expect(first).toEqual({ id: 1, n: 1, createdAt: NOW, updatedAt: NOW, deletedAt: null, version: 1 });
    const second = await rows.now.update(Dated, 1, (row) => {
      row.n = 2;
      row.version = 99;
      row.deletedAt = new Date(5);
    });
    expect(second).toStrictEqual(await expectSame(Dated, 1));
    expect(second).toEqual({
      id: 1,
      n: 2,
      createdAt: NOW,
      updatedAt: NOW,
      deletedAt: new Date(5),
      version: 2,
    });
  });

  it('may have columns that are not inserted, not updated or not selected', async () => {
    const first = await rows.now.insert(Guarded, 1, { notInserted: 'a', notUpdated: 'b', notSelected: 'c' });
    expect(first).toEqual({ id: 1, notInserted: 'first', notUpdated: 'b', notSelected: 'c' });
    expect(first).toEqual(await rows.now.load(Guarded, 1));
    const second = await rows.now.update(Guarded, 1, (row) => {
      row.notInserted = 'd';
      row.notUpdated = 'e';
    });
    expect(second).toEqual({ id: 1, notInserted: 'd', notUpdated: 'b', notSelected: 'c' });
    expect(second).toEqual(await rows.now.load(Guarded, 1));
    expect(await stored(Guarded)).toEqual({ id: 1, notInserted: 'd', notUpdated: 'b' });
  });

  it('may have columns that the database computes, which handlers do not see', async () => {
    await rows.now.insert(Generated, ID, { price: 4 });
    await rows.now.update(Generated, ID, (row) => (row.price = 5));
    expect(await stored(Generated)).toEqual({ id: ID, price: 5, double: 10, search: "'5':1" });
    expect(await rows.now.load(Generated, ID)).toEqual({ id: ID, price: 5 });
  });

  it('may have a key that is generated where none is given', async () => {
    await rows.now.insert(Numbered, 7, { text: 'a' });
    expect(await expectSame(Numbered, 7)).toEqual({ id: 7, text: 'a' });
  });
});
