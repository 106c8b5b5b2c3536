import type { EntityManager } from 'typeorm';
import type { Checkpoint, Fenced } from '../../state/checkpoint.store';
import type { CommandStore } from '../../state/command.store';
import type { AuditNote, AuditStore } from '../../state/audit.store';
import type { CommandRow } from '../../state/control-snapshot';
import type { ControlStore } from '../../state/control.store';
import type { StateRow } from '../../state/projection-state';
import type { DeadLetterFilter } from '../../state/dead-letter';
import { storableText } from '../../state/storable-text';
import type { BatchTransaction } from '../applying/batch-transaction';
import { CommandProgress } from './command-progress';
import type { DeadLetterQueue } from '../letters/dead-letter-queue';
import { describeError } from '../failures/describe-error';
import { type Failure, failureOf } from '../failures/failure';
import { LetterFates } from '../letters/letter-fates';

/** The segment as its loop has it while it obeys. */
export interface CommandContext {
  readonly stored: Checkpoint;
  /** Of the lease that the segment is run under. */
  readonly epoch: bigint | undefined;
  readonly calledOff: AbortSignal;
  /** Aborts as soon as the loop is to end, for what only waits. */
  readonly ending: AbortSignal;
  /** How often the order was tried in vain, because of what passes by itself. */
  readonly triedBefore: number;
  /** To be called for each step of a command that takes long. */
  progressed(): void;
  hold(manager: EntityManager): Promise<Fenced>;
  move(to: Checkpoint, manager: EntityManager): Promise<Fenced>;
}

export type SegmentCommand =
  | { readonly command: 'retry'; readonly filter: DeadLetterFilter; readonly actor: AuditNote }
  | { readonly command: 'discard'; readonly filter: DeadLetterFilter; readonly actor: AuditNote }
  | { readonly command: 'skip'; readonly position: string; readonly actor: AuditNote };

/** What a command cannot be done for, however often it is tried. */
const ENDING = new Set<Failure['kind']>(['event', 'unattributed', 'timed-out', 'final']);

/** What operators order of a segment's owner, done between two batches of its loop. */
export class SegmentCommands {
  private readonly done = new Set<number>();
  /** Of orders that are not carried out yet, by their ids. */
  private readonly fates = new Map<number, LetterFates>();

  constructor(
    private readonly commands: CommandStore,
    private readonly control: ControlStore,
    private readonly audits: AuditStore,
    private readonly queue: DeadLetterQueue,
    private readonly transaction: BatchTransaction,
    private readonly isTransient: (error: unknown) => boolean,
  ) {}

  /** Whether the order is carried out, although the last look at the database still had it. */
  hasDone(row: CommandRow): boolean {
    return this.done.has(row.id);
  }

  /**
   * Does the order once and stores what came of it. Errors of the infrastructure leave it open, to be done again, and
   * so does the loss of the lease: the next owner does it.
   */
  async obey(
    row: CommandRow,
    contextOf: () => Promise<CommandContext>,
    epoch: bigint | undefined,
    calledOff: AbortSignal,
  ): Promise<void> {
    let result: unknown;
    let problem: string | undefined;
    const progress = new CommandProgress(() => this.commands.progressed(row.id));
    await progress.begin();
    try {
      const context = await contextOf();
      const progressed = () => {
        context.progressed();
        progress.step();
      };
      result = await this.perform(row, { ...context, progressed });
    } catch (error) {
      const { projection } = row;
      const site = { projection, isTransient: this.isTransient, calledOff: calledOff.aborted };
      if (!ENDING.has(failureOf(error, site).kind)) throw error;
      problem = storableText(error instanceof Error ? error.message : describeError(error));
    }
    await this.commands.finish(row.id, epoch, result, problem);
    this.done.add(row.id);
    this.fates.delete(row.id);
  }

  private perform(row: CommandRow, context: CommandContext): Promise<unknown> {
    const order = { command: row.command, ...(row.arguments as object) } as SegmentCommand;
    if (order.command === 'retry') return this.queue.retry(order.filter, context, this.fatesOf(row));
    if (order.command === 'discard') return this.discard(row, order, context);
    return this.skip(row.projection, order, context);
  }

  private fatesOf({ id }: CommandRow): LetterFates {
    const fates = this.fates.get(id) ?? new LetterFates();
    this.fates.set(id, fates);
    return fates;
  }

  private async discard(
    row: CommandRow,
    { filter, actor }: SegmentCommand & { command: 'discard' },
    context: CommandContext,
  ): Promise<{ discarded: number }> {
    const fates = this.fatesOf(row);
    await this.transaction.apply(this.nothing(context), {
      fence: (manager) => context.hold(manager),
      finish: async (manager) => {
        const letters = await this.queue.discard(manager, filter);
        for (const { id } of letters) fates.set(id, 'discarded');
        const details = letters.map(({ event, errorMessage }) => ({
          position: String(event.globalPosition),
          streamId: event.streamId,
          type: event.type,
          errorMessage,
        }));
        await this.audits.add(row.projection, 'discard', actor, { events: details }, manager);
      },
    });
    // What waited behind a discarded event waits for nobody now, also where a crash came in between.
    await this.queue.release(context);
    return { discarded: fates.count('discarded') };
  }

  private async skip(
    projection: string,
    { position, actor }: SegmentCommand & { command: 'skip' },
    context: CommandContext,
  ): Promise<{ skipped: string }> {
    const state = await this.control.read(projection);
    if (state?.state !== 'stopped' || state.failure?.position !== position)
      throw new Error(`it is not stopped before position ${position}, but ${describe(state)}`);
    const { after } = state.failure;
    const { stored } = context;
    // Where it stands elsewhere by now, as after a rebuild, more than the event would be passed over.
    if (stored.position >= BigInt(position) || (after !== undefined && stored.position !== BigInt(after)))
      throw new Error(`it stands at position ${stored.position} by now; resume it instead`);
    const to = { ...stored, position: BigInt(position) };
    await this.transaction.apply(this.nothing(context), {
      fence: (manager) => context.move(to, manager),
      finish: async (manager) => {
        await this.audits.add(projection, 'skip', actor, { position, failure: state.failure }, manager);
        await this.control.setState(projection, 'running', manager);
      },
    });
    return { skipped: position };
  }

  private nothing({ calledOff }: CommandContext) {
    return { events: [], replaying: false, attempt: 1, calledOff };
  }
}

function describe(state: StateRow | undefined): string {
  if (state?.state !== 'stopped') return state?.state ?? 'unknown';
  return `stopped before position ${state.failure?.position ?? 'none'}`;
}
