import { ProjectionError } from '../events/projection.error';

/**
 * `ProjectionModule` is imported without `forRoot`, so nothing would run the projections. Thrown at start. Import
 * `ProjectionModule.forRoot()` in the root module.
 *
 * @publicApi
 */
export class MissingForRootError extends ProjectionError {
  constructor() {
    super(
      'ProjectionModule is imported without ProjectionModule.forRoot(), so that no projection would run. Next: in the ' +
        'root module, beside TypeOrmModule.forRoot, import ProjectionModule.forRoot({ ... }) or forRootAsync.',
    );
  }
}

/**
 * `ProjectionModule.forRoot` stands twice in the application, and each would run every projection. Thrown at start.
 * Call `forRoot` once, in the root module.
 *
 * @publicApi
 */
export class DuplicateForRootError extends ProjectionError {
  constructor() {
    super(
      'ProjectionModule.forRoot stands twice in the application: each would run every projection, and which EventStore ' +
        'is injected would be an accident. Next: call forRoot once, in the root module; where it is not global, other ' +
        'modules import what that call returned.',
    );
  }
}
