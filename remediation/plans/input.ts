import * as v from 'valibot';
import { INACTIVE_RULE_PARAMETERS, RULE_PARAMETERS } from '../../rule/evaluation/parameters.ts';
import { type Parameter, readParameters, trueOrFalse } from '../../rule/input/parameter.ts';
import { InvalidEnvironmentError, parse } from '../../rule/input/parse.ts';

/** The input of the planner does not have the shape that the runbooks send. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
}

const Id = v.pipe(v.string(), v.regex(/^\w{16,128}$/, '16 to 128 letters, digits and _'));
/** The schema of an empty runbook parameter, which counts as absent. */
const Empty = v.pipe(
  v.literal(''),
  v.transform(() => undefined),
);

const { schema: TrueOrFalse } = trueOrFalse({
  default: false,
  description: 'An option of a runbook',
});

/** Returns the schema of a runbook parameter that overrides a rule parameter, within the same bounds. */
const overriding = (name: string, parameter: Parameter<number>) =>
  v.union([
    Empty,
    v.pipe(
      v.nonOptional(v.unknown(), parameter.expected),
      v.transform(
        (value) => readParameters({ [name]: parameter }, { [name]: value }, 'parameter')[name],
      ),
    ),
  ]);

const RuleName = v.pipe(v.string(), v.regex(/^[\w-]{1,128}$/, 'the name of a Config rule'));

const SHARED = {
  UserId: Id,
  AccessKeyId: v.union([Empty, Id]),
  DryRun: TrueOrFalse,
  ConfigRuleName: RuleName,
};

const Input = v.variant('Runbook', [
  v.strictObject({
    Runbook: v.literal('DeactivateAccessKey'),
    ...SHARED,
    MinimumIdleDays: overriding('minimumIdleDays', RULE_PARAMETERS.minimumIdleDays),
    InactiveConfigRuleName: RuleName,
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
 * The input of the planner: the name of the runbook and its parameters. Empty parameters are absent.
 *
 * AWS does not document whether Systems Manager converts a text to a number or a boolean, so both are accepted.
 *
 * `MinimumIdleDays` and `MinimumInactiveDays` override `minimumIdleDays` and `maxInactiveDays` of the rule.
 * `InactiveConfigRuleName` is the rule whose remediation deletes inactive keys.
 */
export type PlannerInput = v.InferOutput<typeof Input>;

/** The input from one runbook. */
export type InputOf<Runbook extends PlannerInput['Runbook']> = Extract<
  PlannerInput,
  { readonly Runbook: Runbook }
>;

/** A rule, and the runbook of its remediation. */
type Remediation = {
  readonly Runbook: 'DeactivateAccessKey' | 'DeleteInactiveAccessKey';
  readonly ConfigRuleName: string;
};

/**
 * Returns the input that a click on Remediate gives to the planner, with the name of the user, so that the users need not be
 * listed.
 *
 * `InactiveConfigRuleName` appears only in the next command of a plan that acts, which the callers do not use.
 */
export const remediateInput = (
  { UserId, UserName }: { readonly UserId: string; readonly UserName: string },
  { Runbook, ConfigRuleName }: Remediation,
) => {
  const shared = { UserId, UserName, AccessKeyId: undefined, DryRun: false, ConfigRuleName };
  return Runbook === 'DeactivateAccessKey'
    ? { ...shared, Runbook, MinimumIdleDays: undefined, InactiveConfigRuleName: ConfigRuleName }
    : { ...shared, Runbook, MinimumInactiveDays: undefined };
};

/**
 * Parses the InputPayload of a runbook's step `Plan`.
 *
 * @throws {InvalidInputError} names the parameter, what was expected and what it got
 * @throws {InvalidParameterError} if an overriding parameter is not within the bounds of the rule
 */
export const parsePlannerInput = (input: unknown): PlannerInput =>
  parse(Input, input, { what: 'input', error: (message) => new InvalidInputError(message) });

/** The schema of the ARN of a role in the environment of a function. */
export const RoleArn = v.pipe(
  v.string(),
  v.regex(/^arn:[\w-]+:iam::\d{12}:role\//, 'the ARN of a role'),
);

/**
 * The schema of the hours between two schedules of automatic mode. They divide a day, so that every schedule is aligned to
 * midnight in UTC.
 */
export const PeriodHours = v.pipe(v.picklist(['1', '3', '6', '12', '24']), v.transform(Number));

const Environment = v.object({ DEACTIVATION_ROLE_ARN: RoleArn });

/**
 * Parses the environment of the planner. The role belongs to the account of the planner.
 *
 * @throws {InvalidEnvironmentError} names the variable, what was expected and what it got
 */
export const parseEnvironment = (environment: Readonly<Record<string, string | undefined>>) => {
  const error = (message: string) => new InvalidEnvironmentError(message);
  const { DEACTIVATION_ROLE_ARN } = parse(Environment, environment, { what: 'environment', error });
  const [, , , , accountId = ''] = DEACTIVATION_ROLE_ARN.split(':');
  return { deactivationRoleArn: DEACTIVATION_ROLE_ARN, accountId };
};
