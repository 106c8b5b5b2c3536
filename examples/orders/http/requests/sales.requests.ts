import { z } from 'zod';
import { parameter } from './fields';

const date = z.iso.date().refine((value) => value >= '0001-01-01', 'must be after Christ');

export const dailySales = z
  .strictObject({ from: parameter(date.optional()), to: parameter(date.optional()) })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ['from'],
    message: 'must not be after to',
  });
export type DailySalesRequest = z.output<typeof dailySales>;
