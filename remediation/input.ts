import * as v from 'valibot';
import { parseParameter } from '../rule/parameters.ts';
import { parse } from '../rule/parse.ts';

/** The planner was asked in a way that the runbook does not ask. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
}

const Id = v.pipe(v.string(), v.regex(/^\w{16,128}$/, '16 to 128 letters, digits and _'));
/** A runbook parameter that was left empty. */
const Empty = v.pipe(
  v.literal(''),
  v.transform(() => undefined),
);

const Input = v.strictObject({
  UserId: Id,
  AccessKeyId: v.union([Empty, Id]),
  MinimumIdleDays: v.union([
    Empty,
    v.pipe(
      v.unknown(),
      v.transform((days) => parseParameter('minimumIdleDays', days)),
    ),
  ]),
  DryRun: v.pipe(
    v.union([v.picklist(['true', 'false']), v.boolean()]),
    v.transform((value) => String(value) === 'true'),
  ),
  ConfigRuleName: v.pipe(v.string(), v.regex(/^[\w-]{1,128}$/, 'the name of a Config rule')),
});

/**
 * What the runbook asks the planner: its own parameters, empty ones absent.
 *
 * They are texts; whether Systems Manager may make a number or a boolean of one is not documented, so both are taken.
 *
 * `MinimumIdleDays` overrides the rule's `minimumIdleDays`, within the same bounds.
 */
export type PlannerInput = v.InferOutput<typeof Input>;

/**
 * Reads the InputPayload of the runbook's step `Plan`.
 *
 * @throws {InvalidInputError} says which parameter, what was expected and what came
 * @throws {InvalidParameterError} when `MinimumIdleDays` is not within the rule's bounds
 */
export const parsePlannerInput = (input: unknown): PlannerInput =>
  parse(Input, input, { what: 'input', error: (message) => new InvalidInputError(message) });
