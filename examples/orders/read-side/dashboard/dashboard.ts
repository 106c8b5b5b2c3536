import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import type { RecordedEvent } from 'nestjs-projections';
import { BehaviorSubject, type Observable, throttleTime } from 'rxjs';
import { type DashboardSnapshot, emptySnapshot, withEvent } from './dashboard-snapshot';

/** Nobody reads faster, and a busy shop has thousands of events a second. */
const REFRESH_MS = 100;

/** What the dashboard shows: this process's own view, in memory. */
@Injectable()
export class Dashboard implements BeforeApplicationShutdown {
  private readonly snapshots = new BehaviorSubject(emptySnapshot(new Date()));

  /** The snapshot of now, and then each new one. */
  readonly changes: Observable<DashboardSnapshot> = this.snapshots.pipe(
    throttleTime(REFRESH_MS, undefined, { leading: true, trailing: true }),
  );

  see(event: RecordedEvent): void {
    this.snapshots.next(withEvent(this.snapshots.value, event));
  }

  /** Ends the answers that are still streaming; the server would wait for them. */
  beforeApplicationShutdown(): void {
    this.snapshots.complete();
  }
}
