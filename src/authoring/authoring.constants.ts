/** Fixed strings, so that two copies of the package in one process agree. */
export const PROJECTION_METADATA = 'nestjs-projections:projection';
export const HANDLER_METADATA = 'nestjs-projections:handler';
/** On a prototype, or on a class where methods are static: the keys of its methods that have handler metadata. */
export const HANDLER_KEYS_METADATA = 'nestjs-projections:handler-keys';
