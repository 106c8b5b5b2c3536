import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import { ProjectionHealthIndicator } from 'nestjs-projections';

/** Long enough for a burst of events, short enough to be told before the customers notice. */
const MAX_LAG_SECONDS = 60;

@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly projections: ProjectionHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    return this.health.check([
      () => this.projections.isHealthy('projections', { maxLagSeconds: MAX_LAG_SECONDS }),
    ]);
  }
}
