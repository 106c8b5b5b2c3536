import type { RecordedEvent } from 'nestjs-projections';
import type { OrderEvent } from '../../events/order.events';

interface SeenEvent {
  readonly globalPosition: string;
  readonly type: string;
  readonly streamId: string;
  readonly recordedAt: Date;
}

/** What has happened in the shop since this process began to watch. */
export interface DashboardSnapshot {
  readonly since: Date;
  readonly events: number;
  readonly orders: { readonly created: number; readonly completed: number; readonly cancelled: number };
  readonly revenue: number;
  readonly refunds: number;
  /** The newest first. */
  readonly lastEvents: readonly SeenEvent[];
}

const LAST_EVENTS = 10;

export function emptySnapshot(since: Date): DashboardSnapshot {
  return {
    since,
    events: 0,
    orders: { created: 0, completed: 0, cancelled: 0 },
    revenue: 0,
    refunds: 0,
    lastEvents: [],
  };
}

export function withEvent(before: DashboardSnapshot, event: RecordedEvent): DashboardSnapshot {
  const { globalPosition, type, streamId, recordedAt } = event;
  const seen = { globalPosition: String(globalPosition), type, streamId, recordedAt };
  return {
    ...before,
    ...changeBy(event as unknown as OrderEvent, before),
    events: before.events + 1,
    lastEvents: [seen, ...before.lastEvents].slice(0, LAST_EVENTS),
  };
}

function changeBy(
  { type, data }: OrderEvent,
  { orders, revenue, refunds }: DashboardSnapshot,
): Partial<DashboardSnapshot> {
  switch (type) {
    case 'OrderCreated':
      return { orders: { ...orders, created: orders.created + 1 } };
    case 'OrderCancelled':
      return { orders: { ...orders, cancelled: orders.cancelled + 1 } };
    case 'OrderCompleted':
      return {
        orders: { ...orders, completed: orders.completed + 1 },
        revenue: sumOfMoney(revenue, data.total_amount),
      };
    case 'OrderRefunded':
      return { refunds: sumOfMoney(refunds, data.refund_amount) };
    default:
      return {};
  }
}

/** In whole cents, where floating point is exact; what a raw event calls money but is none does not count. */
function sumOfMoney(sum: number, amount: number): number {
  return Number.isFinite(amount) ? (Math.round(sum * 100) + Math.round(amount * 100)) / 100 : sum;
}
