import { jsonFormOf } from './json-form';

/** The root of every error this module throws on a user's account. */
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
