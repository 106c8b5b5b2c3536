import { randomInt } from 'node:crypto';
import { play } from './play';

const { CHAOS_SEED } = process.env;
/** `CHAOS_SEED=n npx jest test/chaos` plays one run again: the faults exactly, the disturbances in the same order. */
const SEEDS = CHAOS_SEED ? [Number(CHAOS_SEED)] : [1, 2, 3, randomInt(1_000_000)];

it.each(SEEDS)('ends with what a pure fold says, whatever happens on the way (CHAOS_SEED=%d)', play, 150_000);
