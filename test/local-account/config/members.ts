import * as v from 'valibot';
import { ServiceError } from '../call.ts';

/** Text of so many characters, both bounds included. */
export const text = (minimum: number, maximum: number) =>
  v.pipe(v.string(), v.minLength(minimum), v.maxLength(maximum));

/** Rule names as a request gives them: at most 25, each with something to read in it. */
export const ConfigRuleNames = v.pipe(
  v.array(v.pipe(v.string(), v.maxLength(128), v.regex(/\S/))),
  v.maxLength(25),
);

/** How many items a page may hold; 0 leaves it to the operation. */
export const Limit = v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)), 0);

/** Where the next page begins. */
export const NextToken = v.optional(v.string());

/** How AWS Config refuses a token that it did not give out. */
export const invalidNextToken = (token: string) =>
  new ServiceError('InvalidNextTokenException', `unknown NextToken ${JSON.stringify(token)}`);
