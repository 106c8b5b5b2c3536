import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const FIXTURE = join(__dirname, 'local-time.fixture.ts');

describe('a column without a time zone', () => {
  it.each([
    ['UTC', '2026-07-03T04:05:06.789Z', '2026-07-03 04:05:06.789'],
    ['America/St_Johns', '2026-07-03T01:05:06.789Z', '2026-07-02 22:35:06.789'],
    ['Asia/Kathmandu', '2026-12-31T23:05:06.789Z', '2027-01-01 04:50:06.789'],
    // The clocks have just gone back, and the hour comes for the second time.
    ['Europe/Berlin', '2026-10-25T01:30:00.000Z', '2026-10-25 02:30:00', '2026-10-25T00:30:00.000Z'],
    ['Europe/Berlin', '2026-10-25T02:30:00.000Z', '2026-10-25 03:30:00'],
  ])('has the time of the process, as with TypeORM: %s', (zone, at, local, read = at) => {
    const printed = execFileSync(process.execPath, ['-r', '@swc-node/register', FIXTURE, at], {
      env: { ...process.env, TZ: zone },
      encoding: 'utf8',
    });
    expect(JSON.parse(printed)).toEqual([local, read, read, read]);
  });
});
