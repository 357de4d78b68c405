import * as v from 'valibot';

/** A whole number between two bounds, both included. */
export const wholeNumber = (minimum: number, maximum = Number.POSITIVE_INFINITY) =>
  v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum));
