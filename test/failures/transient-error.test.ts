import { QueryFailedError } from 'typeorm';
import { isTransientError } from '../../src/engine/failures/transient-error';

const coded = (code: string) => Object.assign(new Error('as the driver throws it'), { code });

describe('an error passes by itself', () => {
  it.each([
    ['08000', 'connection exception'],
    ['08006', 'connection failure'],
    ['40001', 'serialization failure'],
    ['40P01', 'deadlock'],
    ['53100', 'disk full'],
    ['53200', 'out of memory'],
    ['53300', 'too many connections'],
    ['55P03', 'lock time-out'],
    ['57P01', 'server shutting down'],
    ['57P02', 'server crashed'],
    ['57P03', 'server starting'],
    ['57P05', 'idle session ended'],
    ['25006', 'read-only server'],
    ['28P01', 'failed login'],
    ['58030', 'input or output error'],
    ['26000', 'a prepared statement of another server'],
    ['42P05', 'a prepared statement of another server'],
    ['ECONNREFUSED', 'nobody listens'],
    ['ECONNRESET', 'connection reset'],
    ['EPIPE', 'connection closed'],
    ['ETIMEDOUT', 'network time-out'],
    ['EAI_AGAIN', 'name server not reached'],
  ])('with code %s: %s', (code) => {
    expect(isTransientError(coded(code))).toBe(true);
    expect(isTransientError(new QueryFailedError('SELECT', [], coded(code)))).toBe(true);
  });

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'Query read timeout',
  ])('when pg says "%s"', (message) => {
    expect(isTransientError(new Error(message))).toBe(true);
  });

  it('when a table has changed under a prepared statement, and not for all that has the same code', () => {
    const outdated = Object.assign(coded('0A000'), { routine: 'RevalidateCachedQuery' });
    expect(isTransientError(new QueryFailedError('SELECT', [], outdated))).toBe(true);
    expect(isTransientError(coded('0A000'))).toBe(false);
  });

  it('when its cause does, however deep, also among several', () => {
    const aggregate = new AggregateError([new Error('::1'), coded('ECONNREFUSED')]);
    expect(isTransientError(new Error('outer', { cause: new Error('inner', { cause: aggregate }) }))).toBe(
      true,
    );
  });

  it('when the application says so, of the error or of its cause', () => {
    class SearchDown extends Error {}
    const more = (error: unknown) => error instanceof SearchDown;
    expect(isTransientError(new Error('outer', { cause: new SearchDown() }), more)).toBe(true);
    expect(isTransientError(new SearchDown())).toBe(false);
  });
});

describe('an error stays until somebody mends something', () => {
  it.each([
    ['23505', 'unique violation'],
    ['23503', 'foreign key violation'],
    ['23514', 'check violation'],
    ['22P02', 'invalid text for a type'],
    ['22001', 'value too long'],
    ['42P01', 'missing table'],
    ['42703', 'missing column'],
    ['42501', 'no right'],
    ['25P02', 'aborted transaction'],
    ['57014', 'cancelled statement'],
    ['P0001', 'raised by a function'],
    ['0800', 'no SQLSTATE'],
    ['080000', 'no SQLSTATE either'],
  ])('with code %s: %s', (code) => {
    expect(isTransientError(new QueryFailedError('SELECT', [], coded(code)))).toBe(false);
  });

  it.each([[new TypeError('x is not a function')], ['a string'], [null], [undefined], [{ code: 40001 }]])(
    'as %p',
    (thrown) => {
      expect(isTransientError(thrown)).toBe(false);
    },
  );

  it('also where causes go in a circle', () => {
    const error = new Error('one');
    error.cause = new Error('two', { cause: error });
    expect(isTransientError(error)).toBe(false);
  });
});
