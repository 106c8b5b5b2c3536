import { emmettEvents, InvalidModuleOptionsError, type ProjectionModuleOptions } from 'nestjs-projections';
import { DEFAULT_OPTIONS } from '../../src/module/projection-module.options';
import { resolveOptions } from '../../src/module/projection-module.options.resolve';

const resolve = (options: unknown) => resolveOptions(options as ProjectionModuleOptions);

describe('the options of ProjectionModule', () => {
  it('have defaults, also where they are set to undefined', () => {
    expect(resolve({})).toEqual(DEFAULT_OPTIONS);
    expect(resolve({ batchSize: undefined, retry: { attempts: undefined } })).toEqual(DEFAULT_OPTIONS);
  });

  it('keep the default of the part that is not given', () => {
    const { retry } = resolve({ retry: { attempts: 9 } });
    expect(retry).toEqual({ attempts: 9, backoff: DEFAULT_OPTIONS.retry.backoff });
  });

  it.each<unknown>([
    { run: false },
    { run: [] },
    { run: ['orders'] },
    { migrate: false, listen: false },
    { isTransient: () => true },
    { retry: { backoff: { minMs: 0, maxMs: 5 } } },
  ])('may be %j', (options) => {
    expect(resolve(options)).toMatchObject(options as object);
  });

  it.each<[unknown, string]>([
    [undefined, 'its options must be an object, not undefined'],
    [{ batch: 5 }, 'there is no option batch; known are migrate, batchSize'],
    [{ migrate: 'no' }, 'migrate must be true or false, not "no"'],
    [{ batchSize: 0 }, 'batchSize must be a whole number from 1'],
    [{ maxBatchBytes: -1 }, 'maxBatchBytes must be a whole number from 1'],
    [{ pollInterval: 100 }, 'pollInterval must be an object with min and max, not 100'],
    [{ pollInterval: { min: 50, max: 10 } }, 'pollInterval.max is smaller than pollInterval.min'],
    [{ pollInterval: { min: 5000 } }, 'pollInterval.max is smaller than pollInterval.min'],
    [{ listen: 1 }, 'listen must be true or false, not 1'],
    [{ run: 'orders' }, 'run must be an array of projection names, not "orders"'],
    [{ run: ['orders', 5] }, 'run must hold projection names only, but at 1 stands 5'],
    [{ leaseMs: 1.5 }, 'leaseMs must be a whole number'],
    [{ retry: { attempts: 0 } }, 'retry is wrong: attempts must be a whole number from 1'],
    [{ retry: { backoff: { minMs: 2, maxMs: 1 } } }, 'backoff has a maxMs (1) below its minMs (2)'],
    [{ onError: 'ignore' }, 'onError must be one of stop, dead-letter, park-stream, not "ignore"'],
    [{ maxDeadLetters: 'all' }, 'maxDeadLetters must be a whole number'],
    [{ isTransient: /timeout/ }, 'isTransient must be a function, not an object'],
    [{ handlerTimeoutMs: Infinity }, 'handlerTimeoutMs must be a whole number'],
    [{ maxConnections: 0 }, 'maxConnections must be a whole number'],
    [{ sources: 'orders' }, 'sources must be an object of event sources by their names'],
    [{ sources: [emmettEvents()] }, 'sources must be an object of event sources by their names'],
    [{ sources: { '': emmettEvents() } }, 'sources has one without a name'],
    [{ sources: { a: {} } }, 'sources has "a", which is no EventSource: it has no head()'],
    [{ sources: { a: Promise.resolve(emmettEvents()) } }, 'which is no EventSource'],
    [{ maxEventBytes: null }, 'maxEventBytes must be a whole number from 1 to 2147483647, not null'],
  ])('cannot be %j', (options, problem) => {
    expect(() => resolve(options)).toThrow(InvalidModuleOptionsError);
    expect(() => resolve(options)).toThrow(problem);
  });
});
