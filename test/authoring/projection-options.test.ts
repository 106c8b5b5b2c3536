import { InvalidProjectionOptionsError } from 'nestjs-projections';
import { checkProjectionOptions } from '../../src/authoring/projection-options.check';

const check = (options: object) => checkProjectionOptions({ name: 'orders', ...options }, 'OrdersProjection');

class Order {
  id!: string;
}

describe('the options of @Projection', () => {
  it.each<[string, object]>([
    ['a name alone', {}],
    ['every option', { type: 'inline', version: 2, batchSize: 1, maxDeadLetters: 5, handlerTimeoutMs: 100 }],
    ['read models by class and by name', { readModels: [Order, 'orders'] }],
    ['no waiting between tries', { retry: { attempts: 1, backoff: { minMs: 0, maxMs: 0 } } }],
    ['a part of retry', { retry: { attempts: 7 } }],
    ['failures that park', { onError: 'park-stream', parkBy: () => 'key' }],
    ['what is left undefined', { type: undefined, retry: { backoff: undefined }, colour: undefined }],
  ])('may be %s', (_what, options) => {
    expect(() => check(options)).not.toThrow();
  });

  it.each<[object, string]>([
    [{ name: undefined }, '@Projection on OrdersProjection needs a name'],
    [{ name: 'two words' }, 'needs a name'],
    [{ name: 'n'.repeat(201) }, 'needs a name'],
    [{ type: 'eager' }, 'type must be one of persistent, inline, live, catch-up, not "eager"'],
    [{ readModels: Order }, 'readModels must be an array of entities, not the function Order'],
    [{ readModels: [Order, undefined] }, 'readModels must hold entities only, but at 1 stands undefined'],
    [{ version: 0 }, 'version must be a whole number from 1'],
    [{ version: '2' }, 'version must be a whole number from 1 to 2147483647, not "2"'],
    [{ retry: 3 }, 'retry must be an object with attempts and backoff, not 3'],
    [{ retry: { attempts: 0 } }, 'retry is wrong: attempts must be a whole number from 1'],
    [{ retry: { tries: 3 } }, 'retry is wrong: there is no option tries'],
    [{ retry: { backoff: 100 } }, 'retry is wrong: backoff must be an object'],
    [{ retry: { backoff: { minMs: 5 } } }, 'retry is wrong: backoff must have both minMs and maxMs'],
    [{ retry: { backoff: { minMs: 5, maxMs: 1 } } }, 'backoff has a maxMs (1) below its minMs (5)'],
    [{ retry: { backoff: { minMs: -1, maxMs: 1 } } }, 'minMs must be a whole number from 0'],
    [{ onError: 'skip' }, 'onError must be one of stop, dead-letter, park-stream, not "skip"'],
    [{ parkBy: 'customer_id' }, 'parkBy must be a function, not "customer_id"'],
    [{ maxDeadLetters: 1.5 }, 'maxDeadLetters must be a whole number from 1'],
    [{ handlerTimeoutMs: 2 ** 31 }, 'handlerTimeoutMs must be a whole number from 1 to 2147483647'],
    [{ batchSize: Number.NaN }, 'batchSize must be a whole number from 1 to 2147483647, not NaN'],
    [{ batchsize: 5 }, 'there is no option batchsize; known are name, type'],
  ])('cannot be %j', (options, problem) => {
    expect(() => check(options)).toThrow(InvalidProjectionOptionsError);
    expect(() => check(options)).toThrow(problem);
  });
});
