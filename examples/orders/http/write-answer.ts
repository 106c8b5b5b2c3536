import type { AppendResult } from 'nestjs-projections';
import type { Written } from '../write-side/written';

/** Where a write brought its stream and the store. A position is a decimal string: it may outgrow JSON's numbers. */
export interface WriteAnswer {
  readonly id: string;
  readonly version: number;
  readonly globalPosition: string;
}

export function answerWrite({ id, ...result }: Written): WriteAnswer {
  return { id, ...answerAppend(result) };
}

export function answerAppend({ version, globalPosition }: AppendResult): Omit<WriteAnswer, 'id'> {
  return { version, globalPosition: String(globalPosition) };
}
