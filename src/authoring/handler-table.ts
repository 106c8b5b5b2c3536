import type { ProjectionHandler } from './projection-definition';

const NONE: readonly ProjectionHandler[] = [];

/** Which handlers run for an event: the one of its type first, then the one that takes everything. */
export class HandlerTable {
  private readonly byType = new Map<string, readonly ProjectionHandler[]>();
  private any: ProjectionHandler | undefined;

  /** @returns the handler that already takes the type, where there is one */
  add(type: string, handler: ProjectionHandler): ProjectionHandler | undefined {
    const taken = this.byType.get(type)?.[0];
    if (!taken) this.byType.set(type, [handler]);
    return taken;
  }

  addAny(handler: ProjectionHandler): ProjectionHandler | undefined {
    const taken = this.any;
    this.any ??= handler;
    return taken;
  }

  get types(): readonly string[] | undefined {
    return this.any ? undefined : [...this.byType.keys()];
  }

  get size(): number {
    return this.byType.size + (this.any ? 1 : 0);
  }

  handlersOf(type: string): readonly ProjectionHandler[] {
    const typed = this.byType.get(type) ?? NONE;
    return this.any ? [...typed, this.any] : typed;
  }
}
