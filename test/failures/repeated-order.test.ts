import type { QueryRunner } from 'typeorm';
import type { ProjectionContext } from 'nestjs-projections';
import { appendTo, useLog } from './use-log';

const gone = () => Object.assign(new Error('gone'), { code: 'ECONNRESET' });

/** Has the transaction of a handler be committed without anybody here getting to know. */
function loseAnswerOfCommit({ manager }: ProjectionContext): void {
  const runner = Object.getPrototypeOf(manager.queryRunner) as QueryRunner;
  const commit = runner.commitTransaction.bind(runner);
  runner.commitTransaction = async () => {
    await commit();
    throw gone();
  };
}

describe('an order that is repeated after a lost connection', () => {
  const log = useLog();

  const startWithLetters = async (onError: 'dead-letter' | 'park-stream', count: number) => {
    log.fault.now = () => {
      throw new Error('bad');
    };
    const app = await log.start({ onError, retry: { attempts: 1, backoff: { minMs: 1, maxMs: 1 } } });
    await app.projections.waitFor('log', await appendTo(app, 'X', count));
    return app;
  };
  const auditOf = async (action: string) =>
    (await log.database.query('SELECT details FROM projection_audit WHERE action = $1', [action]))[0]!
      .details;

  it('tells of all letters that a retry has applied, and of each that failed once', async () => {
    const app = await startWithLetters('dead-letter', 6);
    let lost = 0;
    log.fault.now = ({ version }, context) => {
      if (version === 2) throw new Error('bad');
      if (version === 4 && lost++ < 2) throw gone();
      if (version === 5 && lost++ < 3) loseAnswerOfCommit(context);
    };
    const outcome = await app.projections.retryDeadLetters('log');
    expect(outcome).toEqual({ applied: 5, failed: 1 });
    expect(await auditOf('retry')).toMatchObject(outcome);
    expect(await log.versionsOf('X')).toEqual([1, 3, 4, 5, 6]);
  });

  it('takes a letter for applied that failed before it was lost', async () => {
    const app = await startWithLetters('dead-letter', 2);
    let tries = 0;
    log.fault.now = ({ version }) => {
      if (version === 1 && tries++ === 0) throw new Error('bad');
      if (version === 2 && tries === 1) throw gone();
    };
    expect(await app.projections.retryDeadLetters('log')).toEqual({ applied: 2, failed: 0 });
  });

  it('tells of all letters that a discard has removed before it released the others', async () => {
    const app = await startWithLetters('park-stream', 3);
    let lost = false;
    log.fault.now = () => {
      if (lost) return;
      lost = true;
      throw gone();
    };
    const [first] = await app.projections.deadLetters('log');
    expect(await app.projections.discardDeadLetters('log', { ids: [first!.id], reason: 'test' })).toBe(1);
    expect(await log.versionsOf('X')).toEqual([2, 3]);
  });
});
