import { QueryFailedError } from 'typeorm';

/** The constraint an append ran into, where that is what `error` says. */
export function violatedConstraint(error: unknown): 'id' | 'version' | undefined {
  if (!(error instanceof QueryFailedError)) return undefined;
  const { code, constraint = '' } = error.driverError as { code?: string; constraint?: string };
  if (code !== '23505') return undefined;
  if (constraint.includes('stream_id')) return 'version';
  return constraint.endsWith('_id_key') ? 'id' : undefined;
}
