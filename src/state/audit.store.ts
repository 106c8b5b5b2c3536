import type { DataSource, EntityManager } from 'typeorm';
import { tableName } from './table-name';

/** Who asks for an operation, and why: kept in `projection_audit`. */
export interface AuditNote {
  /** A person or a program, in the caller's words. */
  readonly by?: string;
  readonly reason?: string;
}

/** The statements on `projection_audit`: what was done to projections, by whom and why. */
export class AuditStore {
  private readonly audits: string;

  constructor(private readonly dataSource: DataSource) {
    this.audits = tableName(dataSource, 'projection_audit');
  }

  async add(
    projection: string,
    action: string,
    { by, reason }: AuditNote,
    details: object = {},
    manager: EntityManager = this.dataSource.manager,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO ${this.audits} (projection, action, actor, reason, details) VALUES ($1, $2, $3, $4, $5)`,
      [projection, action, by ?? null, reason ?? null, JSON.stringify(details)],
    );
  }
}
