export { removeEmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres';
export type { EmbeddedPostgres, EmbeddedPostgresOptions } from './embedded-postgres';
export {
  EmbeddedPostgresCommandError,
  EmbeddedPostgresDataDirError,
  EmbeddedPostgresTimeoutError,
  EmbeddedPostgresUnavailableError,
} from './embedded-postgres.errors';
