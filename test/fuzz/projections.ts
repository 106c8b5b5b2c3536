import { setTimeout as delay } from 'node:timers/promises';
import type { Type } from '@nestjs/common';
import {
  On,
  OnAny,
  Projection,
  type ProjectionContext,
  type ProjectionOptions,
  type RecordedEvent,
  type RowContext,
} from 'nestjs-projections';
import { fails, type Fault, faultOf, type Mended } from './fault';
import { keyOf, rowsOf } from './keys';
import { misbehave, noKey, noRow } from './misdeeds';
import type { FaultPlace, FuzzData, ProjectionPlan } from './plan';
import { addBySql, addInMemory, entityOf, executes, queries, removeBySql, type RowEntity } from './rows';

/** What handlers know of the run that they are part of. */
export interface Surroundings {
  readonly seed: number;
  readonly mended: Mended;
}

type Event = RecordedEvent<FuzzData>;

const SLOW_ONE_IN = 8;

/** The class of a projection of the plan, as a user would write it. */
export function projectionOf(plan: ProjectionPlan, segments: number, world: Surroundings): Type<object> {
  const options = optionsOf(plan, segments, world);
  return plan.style === 'row' ? foldingRows(plan, options, world) : writing(plan, options, world);
}

function optionsOf(plan: ProjectionPlan, segments: number, world: Surroundings): ProjectionOptions {
  const { name, type, keyBy, onError, parkBy, attempts, batchSize } = plan;
  // One function, where one is enough for both.
  const by = (how: ProjectionPlan['keyBy']) =>
    how === 'stream' && !plan.faultPlaces.includes('segmentBy') ? undefined : keyFunction(how, plan, world);
  const segmentBy = by(keyBy);
  return {
    name,
    type,
    onError,
    batchSize,
    retry: { attempts, backoff: { minMs: 1, maxMs: 5 } },
    readModels: [entityOf(name)],
    ...(type !== 'inline' && { segments, segmentBy }),
    parkBy: parkBy === keyBy ? segmentBy : keyFunction(parkBy, plan, world),
  };
}

/** What users may write in spite of the types. */
function keyFunction(by: ProjectionPlan['keyBy'], plan: ProjectionPlan, world: Surroundings) {
  return (event: Event): string => {
    const fault = faultAt('segmentBy', plan, event, 1, world);
    if (fault) misbehave(fault, plan.oddErrors);
    return keyOf(by, event) as string;
  };
}

/** The fault that an event fails with at a place, if it does. */
function faultAt(
  place: FaultPlace,
  plan: ProjectionPlan,
  { data }: Event,
  attempt: number,
  { seed, mended }: Surroundings,
): Fault | undefined {
  const fault = faultOf(seed, plan, data.n);
  return fault?.place === place && fails(fault, mended, attempt) ? fault : undefined;
}

/** Whoever is given the same event afterwards must see nothing of it. */
function vandalise({ data }: RecordedEvent<{ amount: number; tags: number[] }>): void {
  for (const change of [() => data.tags.push(-1), () => (data.amount = -1)]) {
    try {
      change();
    } catch {
      // Frozen, as it should be.
    }
  }
}

/** Lets others do something meanwhile. */
function takeTime({ slowMs }: ProjectionPlan, { data }: Event): Promise<void> | undefined {
  return slowMs > 0 && data.n % SLOW_ONE_IN === 0 ? delay(slowMs) : undefined;
}

function writing(plan: ProjectionPlan, options: ProjectionOptions, world: Surroundings): Type<object> {
  const handles = plan.types ? On(...plan.types) : OnAny();
  const send = plan.style === 'execute' ? executes : queries;

  @Projection(options)
  class Writing {
    @handles
    async apply(event: Event, context: ProjectionContext) {
      const fault = faultAt('handler', plan, event, context.attempt, world);
      if (fault && !fault.late) await misbehave(fault, plan.oddErrors, context);
      if (event.type !== 'Passed') {
        for (const key of rowsOf(plan, event)) {
          if (event.type === 'Removed') await removeBySql(plan.name, key, send, context);
          else await addBySql(plan.name, key, event, send, context);
        }
      }
      await takeTime(plan, event);
      if (fault?.late) await misbehave(fault, plan.oddErrors, context);
      if (plan.vandal) vandalise(event as RecordedEvent);
    }
  }
  return Writing;
}

function foldingRows(plan: ProjectionPlan, options: ProjectionOptions, world: Surroundings): Type<object> {
  const entity = entityOf(plan.name);
  const key = (event: Event): unknown => {
    const fault = faultAt('key', plan, event, 1, world);
    if (fault?.late) return noKey(fault);
    if (fault) misbehave(fault, plan.oddErrors);
    return rowsOf(plan, event);
  };
  const handles = plan.types ? On(...plan.types) : OnAny();

  @Projection({ ...options, row: entity, key })
  class FoldingRows {
    @handles
    apply(event: Event, row: RowEntity | undefined, context: RowContext): unknown {
      const slow = takeTime(plan, event);
      return slow ? slow.then(() => this.fold(event, row, context)) : this.fold(event, row, context);
    }

    private fold(event: Event, row: RowEntity | undefined, { attempt }: RowContext): unknown {
      const fault = faultAt('handler', plan, event, attempt, world);
      const returned = faultAt('return', plan, event, attempt, world);
      if (fault && !fault.late) misbehave(fault, plan.oddErrors);
      if (event.type === 'Passed') {
        // It may be left alone only as it was.
        if (row) row.n = -1;
        return undefined;
      }
      const result = event.type === 'Removed' ? null : addInMemory(row, entity, event, plan.sharesValues);
      if (fault?.late) misbehave(fault, plan.oddErrors);
      if (plan.vandal) vandalise(event as RecordedEvent);
      return returned ? noRow(returned) : result;
    }
  }
  return FoldingRows;
}
