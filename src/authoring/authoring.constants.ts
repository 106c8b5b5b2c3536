/** Fixed strings, so that two copies of the package in one process agree. */
export const PROJECTION_METADATA = 'nestjs-projections:projection';
export const HANDLER_METADATA = 'nestjs-projections:handler';
