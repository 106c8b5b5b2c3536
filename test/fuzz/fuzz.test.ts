import { randomInt } from 'node:crypto';
import { dimensionsOn } from './dimensions';
import { drawPlan } from './draw-plan';
import { play } from './play';
import { FuzzServer } from './server';

/**
 * Plays drawn plans for `FUZZ_SECONDS` (60), from `FUZZ_SEED` on where it is given, and else from a random one.
 * `FUZZ_PLAN=n` plays the plan of one seed, over and over: what is up to time differs from run to run.
 * `FUZZ_LANES` (3) are so many plans at once, `FUZZ_OFF` and `FUZZ_ONLY` choose among the dimensions.
 */
const { FUZZ_SEED, FUZZ_PLAN, FUZZ_SECONDS = '60', FUZZ_LANES = '3' } = process.env;
const SEED = Number(FUZZ_PLAN ?? FUZZ_SEED ?? randomInt(1_000_000_000));
const SECONDS = Number(FUZZ_SECONDS);

it(
  `ends with what a sequential fold says, whatever is drawn (FUZZ_SEED=${SEED})`,
  async () => {
    const on = dimensionsOn();
    const end = Date.now() + SECONDS * 1000;
    const failures: string[] = [];
    let begun = 0;
    const lane = async () => {
      const server = await FuzzServer.start();
      try {
        while (failures.length === 0 && Date.now() < end)
          await play(drawPlan(FUZZ_PLAN ? SEED : SEED + begun++, on), server, on);
      } catch (error) {
        failures.push(String(error));
      } finally {
        await server.remove();
      }
    };
    await Promise.all(Array.from({ length: Number(FUZZ_LANES) }, lane));
    if (failures.length > 0) throw new Error(failures.join('\n\n'));
    process.stdout.write(`Played ${FUZZ_PLAN ? 'plan' : `${begun} plans from`} ${SEED}.\n`);
  },
  (SECONDS + 300) * 1000,
);
