import * as v from 'valibot';
import { INACTIVE_RULE_PARAMETERS, RULE_PARAMETERS } from '../../rule/evaluation/parameters.ts';
import { type Parameter, readParameters, trueOrFalse } from '../../rule/input/parameter.ts';
import { parse } from '../../rule/input/parse.ts';

/** The planner was asked in a way that no runbook asks. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
}

const Id = v.pipe(v.string(), v.regex(/^\w{16,128}$/, '16 to 128 letters, digits and _'));
/** A runbook parameter that was left empty. */
const Empty = v.pipe(
  v.literal(''),
  v.transform(() => undefined),
);

const { schema: TrueOrFalse } = trueOrFalse({
  default: false,
  description: 'An option of a runbook',
});

/** A parameter of the rule that the runbook may override, within the same bounds. */
const overriding = (name: string, parameter: Parameter<number>) =>
  v.union([
    Empty,
    v.pipe(
      v.unknown(),
      v.transform(
        (value) => readParameters({ [name]: parameter }, { [name]: value }, 'parameter')[name],
      ),
    ),
  ]);

const SHARED = {
  UserId: Id,
  AccessKeyId: v.union([Empty, Id]),
  DryRun: TrueOrFalse,
  ConfigRuleName: v.pipe(v.string(), v.regex(/^[\w-]{1,128}$/, 'the name of a Config rule')),
};

const Input = v.variant('Runbook', [
  v.strictObject({
    Runbook: v.literal('DeactivateAccessKey'),
    ...SHARED,
    MinimumIdleDays: overriding('minimumIdleDays', RULE_PARAMETERS.minimumIdleDays),
    DeleteCommand: v.pipe(v.string(), v.minLength(1, 'the command that deletes a key')),
  }),
  v.strictObject({
    Runbook: v.literal('ReactivateAccessKey'),
    ...SHARED,
    AllowSecondActiveKey: TrueOrFalse,
  }),
  v.strictObject({
    Runbook: v.literal('DeleteInactiveAccessKey'),
    ...SHARED,
    MinimumInactiveDays: overriding('maxInactiveDays', INACTIVE_RULE_PARAMETERS.maxInactiveDays),
  }),
]);

/**
 * What a runbook asks the planner: its name and its own parameters, empty ones absent.
 *
 * They are texts; whether Systems Manager may make a number or a boolean of one is not documented, so both are taken.
 *
 * `MinimumIdleDays` and `MinimumInactiveDays` override the rule's `minimumIdleDays` and `maxInactiveDays`.
 * `DeleteCommand` is the command that starts the deletion of a key, but for the user and the key.
 */
export type PlannerInput = v.InferOutput<typeof Input>;

/** What the runbook of that name asks. */
export type InputOf<Runbook extends PlannerInput['Runbook']> = Extract<
  PlannerInput,
  { readonly Runbook: Runbook }
>;

/**
 * Reads the InputPayload of a runbook's step `Plan`.
 *
 * @throws {InvalidInputError} says which parameter, what was expected and what came
 * @throws {InvalidParameterError} when an overriding parameter is not within the rule's bounds
 */
export const parsePlannerInput = (input: unknown): PlannerInput =>
  parse(Input, input, { what: 'input', error: (message) => new InvalidInputError(message) });
