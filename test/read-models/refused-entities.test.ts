import {
  Column,
  ChildEntity,
  Entity,
  ManyToOne,
  PrimaryColumn,
  TableInheritance,
  Tree,
  TreeChildren,
  TreeParent,
  ViewColumn,
  ViewEntity,
  type ObjectLiteral,
} from 'typeorm';
import { UnknownRowEntityError, UnsupportedRowEntityError } from '../../src/read-models/row.errors';
import { useRows } from './rows';

@Entity()
class Shop {
  @PrimaryColumn({ type: 'int' })
  id!: number;
}

@ViewEntity({ expression: 'SELECT 1 AS id' })
class ShopView {
  @ViewColumn()
  id!: number;
}

@Entity()
@TableInheritance({ column: { type: 'text', name: 'kind' } })
class Animal {
  @PrimaryColumn({ type: 'int' })
  id!: number;
}

@ChildEntity()
class Dog extends Animal {
  @Column({ type: 'int' })
  legs!: number;
}

@Entity()
@Tree('materialized-path')
class Category {
  @PrimaryColumn({ type: 'int' })
  id!: number;

  @TreeChildren()
  children!: Category[];

  @TreeParent()
  parent!: Category;
}

@Entity()
class Sale {
  @PrimaryColumn({ type: 'int' })
  id!: number;

  @ManyToOne(() => Shop)
  shop!: Shop;
}

@Entity()
class DeclaredSale {
  @PrimaryColumn({ type: 'int' })
  id!: number;

  @Column({ type: 'int' })
  shopId!: number;

  @ManyToOne(() => Shop, { createForeignKeyConstraints: false })
  shop!: Shop;
}

@Entity()
class AlwaysNumbered {
  @PrimaryColumn({ type: 'int', generated: 'identity', generatedIdentity: 'ALWAYS' })
  id!: number;
}

@Entity()
class Hidden {
  @PrimaryColumn({ type: 'int' })
  id!: number;

  @Column({ type: 'timestamptz', insert: false, default: () => 'now()' })
  at!: Date;
}

class Stranger {
  id!: number;
}

describe('an entity whose rows cannot be folded', () => {
  const rows = useRows([Shop, ShopView, Animal, Dog, Category, Sale, DeclaredSale, AlwaysNumbered, Hidden]);

  it.each<[new () => ObjectLiteral, string]>([
    [ShopView, 'it is a view'],
    [Animal, 'it takes part in table inheritance'],
    [Dog, 'it takes part in table inheritance'],
    [Category, 'it is a tree'],
    [Sale, 'its relation shop has the column shopId, which is no property: declare it with @Column'],
    [AlwaysNumbered, 'its key id is generated always'],
    [Hidden, 'its column at is not inserted, and only the database knows its default'],
  ])('is refused: %p', (entity, problem) => {
    expect(() => rows.now.table(entity)).toThrow(UnsupportedRowEntityError);
    expect(() => rows.now.table(entity)).toThrow(
      `Projection "p" cannot fold rows of ${entity.name}: ${problem}`,
    );
  });

  it.each<[unknown, string]>([
    [Stranger, 'Stranger'],
    ['nobody', '"nobody"'],
  ])('is unknown to the data source: %p', (entity, name) => {
    expect(() => rows.now.table(entity as typeof Stranger)).toThrow(UnknownRowEntityError);
    expect(() => rows.now.table(entity as typeof Stranger)).toThrow(
      `Projection "p" folds rows of ${name}, which is no entity of its data source`,
    );
  });

  it('is none that declares the column of its relation', async () => {
    await rows.now.insert(DeclaredSale, 1, { shopId: 3 });
    expect(await rows.now.load(DeclaredSale, 1)).toEqual({ id: 1, shopId: 3 });
  });
});
