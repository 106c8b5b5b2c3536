import { jsonFormOf } from './json-form';

/**
 * The base class of the errors of this module: `error instanceof ProjectionError` tells them from others. The message
 * of each names the projection or the stream, the cause and the remedy.
 *
 * @publicApi
 */
export abstract class ProjectionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }

  /** With its name and message, which JSON leaves out of errors. */
  toJSON(): Record<string, unknown> {
    return { ...jsonFormOf(this), name: this.name, message: this.message };
  }
}
