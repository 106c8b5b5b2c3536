import { ProjectionError } from '../events/projection.error';

/** Projections are provided, and nothing runs them. */
export class MissingForRootError extends ProjectionError {
  constructor() {
    super(
      'ProjectionModule is imported without ProjectionModule.forRoot(), so that no projection would run. Next: in the ' +
        'root module, beside TypeOrmModule.forRoot, import ProjectionModule.forRoot({ ... }) or forRootAsync.',
    );
  }
}

/** Two engines would each run every projection. */
export class DuplicateForRootError extends ProjectionError {
  constructor() {
    super(
      'ProjectionModule.forRoot stands twice in the application: each would run every projection, and which EventStore ' +
        'is injected would be an accident. Next: call forRoot once, in the root module; where it is not global, other ' +
        'modules import what that call returned.',
    );
  }
}
