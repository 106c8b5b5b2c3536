import { atBeginning, type Kind } from './kind';

/** Runs over history to the head when somebody asks for it, and ends there. */
export const catchUp: Kind = {
  type: 'catch-up',
  keepsCheckpoint: true,
  waitsToBeAsked: true,
  joinsAppends: false,
  firstCheckpoint: atBeginning,
};
