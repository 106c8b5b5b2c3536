import { Controller, type MessageEvent, Sse } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { Dashboard } from '../read-side/dashboard/dashboard';

@Controller('dashboard')
export class DashboardController {
  constructor(private readonly dashboard: Dashboard) {}

  @Sse()
  watch(): Observable<MessageEvent> {
    return this.dashboard.changes.pipe(map((data) => ({ data })));
  }
}
