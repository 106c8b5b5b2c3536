import { z } from 'zod';

/** What stands in a URL and in the name of a stream. */
export const id = z
  .string()
  .regex(/^[\w.:@-]{1,100}$/, 'must be 1 to 100 characters out of letters, digits and _ . : @ -');

/** PostgreSQL stores neither a NUL character nor half of a surrogate pair. */
export const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed() && !value.includes('\0'), 'must be well-formed text without NUL');

export const money = z
  .number()
  .min(0)
  .max(1_000_000)
  .refine((value) => Math.round(value * 100) / 100 === value, 'must have two decimals at most');

/** Every field is told of when there is no body at all. */
export const body = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape).prefault({} as z.input<z.ZodObject<Shape, z.core.$strict>>);

/** A query parameter that is there but empty, as in `?status=`, was not given. */
export const parameter = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema);

export const limit = (fallback: number, max: number) =>
  parameter(z.coerce.number().int().min(1).max(max).default(fallback));

export const idParameter = z.strictObject({ id });
export type IdParameter = z.output<typeof idParameter>;
