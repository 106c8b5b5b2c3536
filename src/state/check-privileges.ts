import type { DataSource } from 'typeorm';
import { MissingPrivilegesError } from './missing-privileges.error';
import { MODULE_TABLES } from './module-tables';
import { tableName } from './table-name';
import { quoted } from '../database/identifiers';

const LACKING_SQL = `
  SELECT current_user AS role, name, string_agg(privilege, ', ') AS privileges, '' AS kind
  FROM unnest($1::text[], $2::text[]) AS needed (name, privilege)
  WHERE NOT has_table_privilege(to_regclass(name), privilege)
  GROUP BY name
  UNION ALL
  SELECT current_user, sequence, 'SELECT', 'SEQUENCE '
  FROM pg_get_serial_sequence($3, 'global_position') AS sequence
  WHERE NOT has_sequence_privilege(sequence, 'SELECT, USAGE')`;

interface Lacking {
  readonly role: string;
  readonly name: string;
  readonly privileges: string;
  readonly kind: string;
}

/**
 * Looks beforehand for what would otherwise fail in the middle of the work. The tables must be there.
 * @throws MissingPrivilegesError
 */
export async function checkPrivileges(dataSource: DataSource): Promise<void> {
  const needed = Object.entries(MODULE_TABLES).flatMap(([table, { privileges }]) =>
    privileges.map((privilege) => ({ name: tableName(dataSource, table), privilege })),
  );
  const lacking = await dataSource.query<Lacking[]>(LACKING_SQL, [
    needed.map(({ name }) => name),
    needed.map(({ privilege }) => privilege),
    tableName(dataSource, 'events'),
  ]);
  if (lacking.length === 0) return;
  const { role } = lacking[0]!;
  const grants = lacking.map(
    ({ kind, name, privileges }) => `GRANT ${privileges} ON ${kind}${name} TO ${quoted(role)};`,
  );
  throw new MissingPrivilegesError(
    role,
    lacking.map(({ name, privileges }) => `${privileges} ${name}`).join(', '),
    `Let the owner of the tables run: ${grants.join(' ')}`,
  );
}
