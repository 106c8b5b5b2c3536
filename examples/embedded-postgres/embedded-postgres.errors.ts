const REMEDY = 'Set DATABASE_URL to a PostgreSQL server of your own to do without the embedded one.';

/** There are no PostgreSQL binaries that run on this machine. */
export class EmbeddedPostgresUnavailableError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(`The embedded PostgreSQL cannot run here: ${reason} ${REMEDY}`, options);
    this.name = 'EmbeddedPostgresUnavailableError';
  }
}

/** `dataDir` cannot hold the server's data. */
export class EmbeddedPostgresDataDirError extends Error {
  constructor(directory: string, reason: string) {
    super(`The embedded PostgreSQL cannot keep its data in ${directory}: ${reason} ${REMEDY}`);
    this.name = 'EmbeddedPostgresDataDirError';
  }
}

/** One of PostgreSQL's own programs failed; `output` is what it, or the server's log, said. */
export class EmbeddedPostgresCommandError extends Error {
  constructor(
    readonly command: string,
    readonly output: string,
    options?: ErrorOptions,
  ) {
    super(`"${command}" failed: ${output.trim() || 'it said nothing.'}\n${REMEDY}`, options);
    this.name = 'EmbeddedPostgresCommandError';
  }
}

/** A server holds `directory` but neither answers nor ends. */
export class EmbeddedPostgresTimeoutError extends Error {
  constructor(directory: string, pid: number, options?: ErrorOptions) {
    super(
      `The PostgreSQL server ${pid} holds ${directory} but did not answer in time. ` +
        `See server.log in that folder; end the process, then start again. ${REMEDY}`,
      options,
    );
    this.name = 'EmbeddedPostgresTimeoutError';
  }
}
