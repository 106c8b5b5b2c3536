import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../examples/fold/random';
import { eventually } from '../support/eventually';
import { FixtureProcess } from '../support/fixture-process';
import { positionsRecordedBy } from '../support/recorder';
import type { ForeignStore } from './foreign-store';
import { STORES } from './stores';
import { useTwoDatabases } from './two-databases';

const KILLS = 5;
/** No more than the reader keeps up with. */
const FATE = { lastsMs: 4, commits: true };
const FIXTURE = join(__dirname, 'reader.fixture.ts');

describe.each(STORES)('a process that projects the events of $name', (store) => {
  const databases = useTwoDatabases((foreign) => store.create(foreign));

  const launch = () =>
    new FixtureProcess(FIXTURE, databases.database.url, {
      FOREIGN_URL: databases.foreign.url,
      STORE: store.name,
    });
  const recorded = async () => (await positionsRecordedBy(databases.database, 'recorder')).map(BigInt);

  it(`applies every event once, although it is killed ${KILLS} times`, async () => {
    const random = new Random(Date.now());
    const load = new Load(store, databases.foreign.url);
    let reader = launch();
    try {
      for (let kills = 0; kills < KILLS; kills++) {
        const { length } = await recorded();
        await eventually(async () => expect((await recorded()).length).toBeGreaterThan(length));
        await delay(random.below(50));
        await reader.kill();
        reader = launch();
      }
      const appended = await load.stop();
      await eventually(async () => expect((await recorded()).length).toBeGreaterThanOrEqual(appended.length));
      expect(await recorded()).toEqual(appended);
    } finally {
      await load.stop();
      await reader.kill();
    }
  });
});

/** Appends one event after the other until it is stopped. */
class Load {
  private readonly appended: bigint[] = [];
  private readonly ended: Promise<void>;
  private on = true;

  constructor(store: ForeignStore, url: string) {
    this.ended = this.run(store, url);
  }

  /** @returns the positions of what it has appended */
  async stop(): Promise<readonly bigint[]> {
    this.on = false;
    await this.ended;
    return this.appended;
  }

  private async run(store: ForeignStore, url: string): Promise<void> {
    const writer = await store.connect(url);
    for (let n = 0; this.on; n++) {
      const position = await writer.append(`stream-${n % 10}`, n, FATE);
      if (position !== undefined) this.appended.push(position);
    }
    await writer.end();
  }
}
