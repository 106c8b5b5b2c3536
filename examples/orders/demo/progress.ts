import { MultiBar, type SingleBar } from 'cli-progress';
import type { Following } from './follow';
import { number } from './format';
import { OPENING, SEASON } from './shop/generate-shop';

const DAYS = 90;

/** A line now and then for logs, which bars would fill with rubbish. */
const LINE_MS = 2_000;

export interface Progress {
  /** The shop's life is told up to this moment of its season. */
  told(at: number, events: number): void;
  followed(following: Following): void;
  end(): void;
}

export function showProgress(output: NodeJS.WriteStream): Progress {
  return output.isTTY ? new Bars(output) : new Lines(output);
}

class Bars implements Progress {
  private readonly bars: MultiBar;
  private shop: SingleBar | undefined;
  private readModels: SingleBar | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.bars = new MultiBar({
      stream,
      format: '  {name} {bar} {note}',
      barsize: 32,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      hideCursor: true,
      emptyOnZero: true,
    });
  }

  told(at: number, events: number): void {
    const day = dayOf(at);
    this.shop ??= this.bars.create(DAYS, 0, { name: 'the shop   ' });
    this.shop.update(day, { note: `day ${day} of ${DAYS}, ${number(events)} events` });
  }

  followed({ position, head }: Following): void {
    if (head === 0n) return;
    this.readModels ??= this.bars.create(Number(head), 0, { name: 'read models' });
    this.readModels.setTotal(Number(head));
    this.readModels.update(Number(position), { note: `position ${number(position)} of ${number(head)}` });
  }

  end(): void {
    this.bars.stop();
  }
}

class Lines implements Progress {
  private day = 0;
  private next = 0;

  constructor(private readonly output: NodeJS.WriteStream) {}

  told(at: number): void {
    this.day = dayOf(at);
  }

  followed({ position, head }: Following): void {
    if (Date.now() < this.next || head === 0n) return;
    this.next = Date.now() + LINE_MS;
    const shop =
      this.day > 0 && this.day < DAYS ? `Day ${this.day} of ${DAYS} in the shop; read models` : 'Read models';
    this.output.write(`${shop} at position ${number(position)} of ${number(head)}.\n`);
  }

  end(): void {}
}

function dayOf(at: number): number {
  return Math.min(DAYS, Math.ceil(((at - OPENING) / SEASON) * DAYS));
}
