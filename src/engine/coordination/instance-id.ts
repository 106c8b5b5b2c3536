import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** Tells an operator where it runs, and is never used twice. */
export const newInstanceId = (): string => `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`;
