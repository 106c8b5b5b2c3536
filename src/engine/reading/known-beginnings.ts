import type { Beginning } from '../../state/beginning';
import type { StateRow } from '../../state/projection-state';
import type { HeadWatcher } from './head-watcher';

interface Known extends Beginning {
  readonly numbering: number | undefined;
}

/**
 * Where projections began, by the last look that found their rows: one whose row is gone, as after a TRUNCATE of the
 * module's tables, begins there again. What was there by then is history to it, and what came later is not. Where positions
 * are drawn again since, all that is there came later.
 */
export class KnownBeginnings {
  private readonly known = new Map<string, Known>();

  constructor(private readonly watcher: HeadWatcher) {}

  note(states: readonly StateRow[]): void {
    const { last, numbering } = this.watcher;
    for (const { projection, beginsAfter } of states)
      this.known.set(projection, { after: BigInt(beginsAfter ?? 0), historyUntil: last, numbering });
  }

  /** `undefined` for one that was never seen. */
  async of(projection: string): Promise<Beginning | undefined> {
    const known = this.known.get(projection);
    if (!known) return undefined;
    await this.watcher.refresh();
    return known.numbering === this.watcher.numbering ? known : { after: 0n, historyUntil: 0n };
  }
}
