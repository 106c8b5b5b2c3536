import { atBeginning, type Kind } from './kind';

/** Follows the store with a stored checkpoint, and resumes after a restart. */
export const persistent: Kind = {
  type: 'persistent',
  keepsCheckpoint: true,
  waitsToBeAsked: false,
  joinsAppends: false,
  firstCheckpoint: atBeginning,
};
