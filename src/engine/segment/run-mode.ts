import type { Checkpoint } from '../../state/checkpoint.store';
import type { SegmentCursor } from './segment-cursor';

/** What differs between following the store, catching up and catching up to go inline. */
export interface RunMode {
  /** Whether all of the run is a replay, and not only what lies before a checkpoint's replay end. */
  readonly replays: boolean;
  /** Whether the end of the run waits for the checkpoint to stand at the head. */
  readonly endsAtHead: boolean;
  /** Whether the run is over as soon as the commands that wait for the segment are carried out. */
  readonly onlyCommands?: boolean;
  /** The checkpoint to write when everything up to `position` is applied. */
  next(from: Checkpoint, position: bigint): Checkpoint;
  /** Whether there is nothing to run from this checkpoint, whatever lies behind it. */
  isOver?(checkpoint: Checkpoint): boolean;
  /** Whether what is left counts as nothing, so that `atHead` is called although the head is not reached. */
  isNear?(position: bigint, head: bigint): boolean;
  /** Called whenever nothing is left up to the settled head; `true` ends the run. */
  atHead(checkpoint: Checkpoint, cursor: SegmentCursor): Promise<boolean>;
}

/** History ends where the replay was told to. */
function afterReplay({ replayUntil }: Checkpoint, position: bigint): Checkpoint {
  const replaying = replayUntil !== undefined && position < replayUntil;
  return { position, replayUntil: replaying ? replayUntil : undefined };
}

/** Goes on for ever. */
export const following: RunMode = {
  replays: false,
  endsAtHead: false,
  next: afterReplay,
  atHead: () => Promise.resolve(false),
};

/** Carries out commands where nothing else is to be run, as of a catch-up projection that nobody has asked for. */
export const obeying: RunMode = {
  replays: true,
  endsAtHead: true,
  onlyCommands: true,
  next: afterReplay,
  atHead: () => Promise.resolve(true),
};

/** Ends once everything up to `target` is applied. */
export function catchingUpTo(target: bigint): RunMode {
  return {
    replays: true,
    endsAtHead: true,
    next: afterReplay,
    atHead: ({ position }) => Promise.resolve(position >= target),
  };
}
