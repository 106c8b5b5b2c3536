import { types } from 'pg';
import { useLog } from './use-log';

const JSONB = 3802;
/** As the database has it, and no number of JavaScript can be. */
const DATA = '{"id": 9007199254740993, "sum": 1.000000000000000000001, "list": ["one", "two"]}';

describe('a dead letter', () => {
  const log = useLog();
  const parse = types.getTypeParser(JSONB);
  afterEach(() => types.setTypeParser(JSONB, parse));

  it.each(['dead-letter', 'park-stream'] as const)(
    'is the event as it is stored, whatever its handler did: %s',
    async (onError) => {
      let broken = true;
      const applied: unknown[] = [];
      log.fault.now = ({ data }) => {
        const first: unknown = (data as { list: unknown[] }).list.shift();
        if (broken) throw new Error('broken');
        applied.push(first);
      };
      types.setTypeParser(JSONB, (text) => (text.includes('list') ? text : (JSON.parse(text) as unknown)));
      const app = await log.start({ onError });
      await log.database.query(`
      INSERT INTO events (id, stream_id, version, type, data, metadata, recorded_at)
      SELECT gen_random_uuid(), 's', n, 'E', '${DATA}', '{"by": 1e300}', '2020-01-02T03:04:05.123456Z'
      FROM generate_series(1, 2) n`);
      await app.projections.waitFor('log', 2n).catch(() => undefined);
      const same = `SELECT (e.data = l.data AND e.data::text = l.data::text AND e.metadata = l.metadata AND e.recorded_at = l.recorded_at) AS same
      FROM projection_dead_letters l JOIN events e ON e.id::text = l.event_id`;
      expect(await log.database.query(same)).toEqual([{ same: true }, { same: true }]);

      broken = false;
      const letters = await app.projections.deadLetters('log');
      expect(letters[0]!.event).toMatchObject({
        data: { list: ['one', 'two'] },
        recordedAt: new Date('2020-01-02T03:04:05.123Z'),
      });
      expect(await app.projections.retryDeadLetters('log')).toMatchObject({ applied: 2, failed: 0 });
      expect(applied).toEqual(['one', 'one']);
    },
  );
});
