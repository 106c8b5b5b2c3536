import { AsyncLocalStorage } from 'node:async_hooks';

/** Between looks for what other instances commit: soon after something was found, and then less often. */
const REMOTE_MS = { min: 2, max: 20 };
/** Between looks where all loops run here, for their commits bring about looks of their own. */
const LOCAL_MS = 250;

export interface LookRhythmParts {
  /** Looks once, for those who waited before the look of that number began. */
  readonly look: (number: number) => Promise<void>;
  /** Whether anybody waits. */
  readonly isNeeded: () => boolean;
  /** Whether all that is waited for runs here. */
  readonly isLocal: () => boolean;
  /** Told of an error that no later look would do without. */
  readonly failed: (error: unknown) => void;
}

/** When the database is looked at for those who wait: one look at a time, and again until nobody waits. */
export class LookRhythm {
  /** Looks must not end up in the transaction of a caller that keeps it in its async context. */
  private readonly outside = AsyncLocalStorage.snapshot();
  private looks = 0;
  private looking = false;
  private again = false;
  private pace = REMOTE_MS.min;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: LookRhythmParts) {}

  /** How many looks have begun. */
  get begun(): number {
    return this.looks;
  }

  /** Whether a look has ended that began after the one of that number. */
  hasLookedSince(number: number): boolean {
    return this.looks > number && !this.looking;
  }

  /** Looks now rather than in a while. */
  look(): void {
    if (!this.parts.isNeeded()) return;
    this.again = this.looking;
    if (this.looking) return;
    clearTimeout(this.timer);
    this.looking = true;
    this.outside(() => this.lookUntilQuiet()).catch((error: unknown) => this.parts.failed(error));
  }

  /** Looks now, and soon again. */
  hasten(): void {
    this.pace = REMOTE_MS.min;
    this.look();
  }

  /** Looks in a while. */
  schedule(): void {
    if (this.looking || !this.parts.isNeeded()) return;
    const local = this.parts.isLocal();
    clearTimeout(this.timer);
    this.timer = this.outside(() => setTimeout(() => this.look(), local ? LOCAL_MS : this.pace));
    this.pace = Math.min(this.pace * 1.5, REMOTE_MS.max);
  }

  /** Nobody waits any more. */
  rest(): void {
    clearTimeout(this.timer);
  }

  private async lookUntilQuiet(): Promise<void> {
    try {
      do {
        this.again = false;
        await this.parts.look(++this.looks);
      } while (this.again && this.parts.isNeeded());
    } finally {
      this.looking = false;
    }
    this.schedule();
  }
}
