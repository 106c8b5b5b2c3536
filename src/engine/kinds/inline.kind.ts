import type { Kind } from './kind';

/** Applies events in the transaction of their append; its loop catches up with what was there before. */
export const inline: Kind = {
  type: 'inline',
  keepsCheckpoint: true,
  waitsToBeAsked: false,
  joinsAppends: true,
  // The end of a replay also says that appends leave their events to the loop.
  firstCheckpoint: ({ position, historyUntil }) => ({ position, replayUntil: historyUntil }),
};
