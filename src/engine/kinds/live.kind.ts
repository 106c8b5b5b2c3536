import { atBeginning, type Kind } from './kind';

/** From the head on, without a checkpoint, in every instance. */
export const live: Kind = {
  type: 'live',
  keepsCheckpoint: false,
  waitsToBeAsked: false,
  joinsAppends: false,
  firstCheckpoint: atBeginning,
};
