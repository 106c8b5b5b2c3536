/** What a table holds: anything that two handlers may not both be for one type. */
export interface TableEntry {
  readonly method: string;
  /** Handlers of one type stand beside each other only where they fold rows of different entities. */
  readonly row?: unknown;
}

/** Which handlers run for an event: those of its type first, then those that take everything. */
export class HandlerTable<Handler extends TableEntry> {
  private readonly typed = new Map<string, Handler[]>();
  private readonly any: Handler[] = [];
  private readonly combined = new Map<string, readonly Handler[]>();

  /**
   * @param type `undefined` means every type
   * @returns the handler that already takes the type, where there is one
   */
  add(type: string | undefined, handler: Handler): Handler | undefined {
    const beside = type === undefined ? this.any : (this.typed.get(type) ?? []);
    const taken = beside.find(({ row }) => row === handler.row);
    if (taken) return taken;
    beside.push(handler);
    if (type !== undefined) this.typed.set(type, beside);
    return undefined;
  }

  get types(): readonly string[] | undefined {
    return this.any.length > 0 ? undefined : [...this.typed.keys()];
  }

  get size(): number {
    return this.typed.size + this.any.length;
  }

  /** To be asked once all handlers are added. */
  handlersOf(type: string): readonly Handler[] {
    const typed = this.typed.get(type);
    if (!typed) return this.any;
    let handlers = this.combined.get(type);
    if (!handlers) this.combined.set(type, (handlers = [...typed, ...this.any]));
    return handlers;
  }
}
