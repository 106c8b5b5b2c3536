import { InvalidModuleOptionsError } from './invalid-module-options.error';
import {
  DEFAULT_OPTIONS,
  type ProjectionModuleOptions,
  type ResolvedOptions,
} from './projection-module.options';

/** @throws InvalidModuleOptionsError */
export function resolveOptions(given: ProjectionModuleOptions): ResolvedOptions {
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const retry = { ...DEFAULT_OPTIONS.retry, ...given.retry };
  const options: ResolvedOptions = { ...DEFAULT_OPTIONS, ...set, retry };
  const unknown = Object.keys(set).filter((key) => !(key in DEFAULT_OPTIONS));
  if (unknown.length > 0)
    throw new InvalidModuleOptionsError(
      `there is no option ${unknown.join(', ')}; known are ${Object.keys(DEFAULT_OPTIONS).join(', ')}`,
    );
  needWhole('batchSize', options.batchSize);
  needWhole('maxBatchBytes', options.maxBatchBytes);
  needWhole('rowCacheBytes', options.rowCacheBytes);
  needWhole('maxEventBytes', options.maxEventBytes);
  needWhole('leaseMs', options.leaseMs);
  needWhole('handlerTimeoutMs', options.handlerTimeoutMs);
  needWhole('maxDeadLetters', options.maxDeadLetters);
  needWhole('retry.attempts', options.retry.attempts);
  if (options.maxConnections !== undefined) needWhole('maxConnections', options.maxConnections);
  needWhole('pollInterval.min', options.pollInterval.min);
  needWhole('pollInterval.max', options.pollInterval.max);
  if (options.pollInterval.max < options.pollInterval.min)
    throw new InvalidModuleOptionsError('pollInterval.max is smaller than pollInterval.min');
  return options;
}

function needWhole(option: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidModuleOptionsError(`${option} must be a whole number from 1, not ${String(value)}`);
}
