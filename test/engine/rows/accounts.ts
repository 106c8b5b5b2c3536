import { Column, Entity, PrimaryColumn } from 'typeorm';

export const TABLES = `
  CREATE TABLE accounts (id text PRIMARY KEY, balance int NOT NULL CHECK (balance < 1000), seen_at timestamptz);
  CREATE TABLE entries (account text, n int, amount int NOT NULL, PRIMARY KEY (account, n))`;

@Entity('accounts')
export class Account {
  @PrimaryColumn('text')
  id!: string;

  @Column('int')
  balance!: number;

  @Column('timestamptz', { name: 'seen_at', nullable: true })
  seenAt!: Date | null;
}

/** What went in or out of an account, one by one. */
@Entity('entries')
export class Entry {
  @PrimaryColumn('text')
  account!: string;

  @PrimaryColumn('int')
  n!: number;

  @Column('int')
  amount!: number;
}

/** What an event of these tests says. */
export interface Move {
  readonly account: string | readonly string[];
  readonly amount: number;
}

export const move = (account: Move['account'], amount = 1) => ({
  type: 'Moved',
  data: { account, amount } satisfies Move,
});
