import { OnAny, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import { Dashboard } from './dashboard';

@Projection({ name: 'dashboard', type: 'live' })
export class DashboardProjection {
  constructor(private readonly dashboard: Dashboard) {}

  /** A batch that is rolled back comes again: only what is committed is shown. */
  @OnAny()
  seen(event: RecordedEvent, context: ProjectionContext) {
    context.afterCommit(() => this.dashboard.see(event));
  }
}
