type Fate = 'applied' | 'failed' | 'discarded';

/**
 * What a command has done with dead letters. It is kept while the command is repeated: a letter that is gone by then is not
 * met again, and one that is still there is counted by what becomes of it last.
 */
export class LetterFates {
  private readonly fates = new Map<string, Fate>();

  set(id: string, fate: Fate): void {
    this.fates.set(id, fate);
  }

  count(fate: Fate): number {
    return [...this.fates.values()].filter((one) => one === fate).length;
  }
}
