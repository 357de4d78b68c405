import * as v from 'valibot';
import { IAM_REGIONS } from '../../rule/aws/regions.ts';
import { wholeNumber } from '../../rule/input/parameter.ts';
import { describeGiven, ruleParameter, yesOrNo } from '../settings/schemas.ts';
import {
  type Settings as AccountSettings,
  InvalidSettingError,
  parseSettings,
} from '../settings/settings.ts';
import { SETTING_PARAMETERS } from '../template/parameters.ts';
import { isDistinct, organizationalUnits } from './organizational-units.ts';

/** A link and its sink are of one Region. */
const isInIamRegion = (arn: string): boolean => {
  const [, partition = '', , region] = arn.split(':');
  return IAM_REGIONS[partition] === region;
};

/** What contradicts what, in words; empty where all settings go together. */
export const contradictionsOf = ({
  linkMetrics,
  organizationId,
  account: { monitoringSinkArn },
}: OrganizationSettings): readonly string[] => [
  ...(linkMetrics && monitoringSinkArn === undefined && organizationId === undefined
    ? [
        'organizationId must be set: the sink for metrics admits the accounts of one organization; or give monitoringSinkArn of a sink that there is, or linkMetrics=false',
      ]
    : []),
  ...(monitoringSinkArn !== undefined && !isInIamRegion(monitoringSinkArn)
    ? [
        `monitoringSinkArn must be of the Region that the accounts get their stack in, that of IAM, got ${describeGiven(monitoringSinkArn)}`,
      ]
    : []),
  ...(!linkMetrics && monitoringSinkArn !== undefined
    ? ['monitoringSinkArn must not be set with linkMetrics=false: nothing is linked to it']
    : []),
];

const ACCOUNTS = 'ids of accounts with commas between, 12 digits each, every one once';
const STACK_SET = /^arn:[\w-]+:cloudformation:[\w-]+:\d{12}:stackset\/[\w-]{1,128}:[\w-]{36}$/;
const STACK_SETS = 'ARNs of stack sets with commas between, every one once';
const ORGANIZATION = 'the id of the organization, such as o-a1b2c3d4e5';
const AGGREGATOR = 'the name of an aggregator: 1 to 256 letters, digits, - and _';

/** Texts with commas between, or a list of them, every one once; none unless some are given. */
const listOf = (item: RegExp, expected: string) => {
  const List = v.pipe(
    v.array(v.pipe(v.string(), v.regex(item))),
    v.check((items) => isDistinct(items)),
  );
  const read = (given: unknown): unknown => (typeof given === 'string' ? given.split(',') : given);
  return v.optional(
    v.pipe(
      v.unknown(),
      v.check((given) => v.is(List, read(given)), expected),
      v.transform((given): readonly string[] => v.parse(List, read(given))),
    ),
    () => [],
  );
};

const percentage = (name: string, bounds: { minimum: number; default: number }) =>
  ruleParameter(name, wholeNumber({ unit: 'percent', maximum: 100, ...bounds }));

const Organization = v.object({
  organizationalUnits,
  excludedAccounts: listOf(/^\d{12}$/, ACCOUNTS),
  dependsOnStackSets: listOf(STACK_SET, STACK_SETS),
  delegatedAdministrator: yesOrNo(false),
  maxConcurrentPercentage: percentage('maxConcurrentPercentage', { minimum: 1, default: 5 }),
  failureTolerancePercentage: percentage('failureTolerancePercentage', { minimum: 0, default: 2 }),
  aggregatorName: v.optional(v.pipe(v.string(AGGREGATOR), v.regex(/^[\w-]{1,256}$/, AGGREGATOR))),
  linkMetrics: yesOrNo(true),
  organizationId: v.optional(
    v.pipe(v.string(ORGANIZATION), v.regex(/^o-[a-z0-9]{10,32}$/, ORGANIZATION)),
  ),
});

/**
 * What a deployment to an organization decides, beside what each account gets.
 *
 * `organizationalUnits`         which accounts, in which waves
 * `excludedAccounts`            accounts below these units that get nothing
 * `dependsOnStackSets`          stack sets whose stacks an account that comes gets first, such as that of the recorder
 * `delegatedAdministrator`      whether this account is one, and not the management account
 * `maxConcurrentPercentage`     percent of the accounts of a wave that are deployed to at a time
 * `failureTolerancePercentage`  percent of them that may fail before the deployment stops
 * `aggregatorName`              an aggregator of the organization that there is already; none, one is made
 * `linkMetrics`                 whether the accounts share the metrics of the rules with this one; false, they do already
 * `organizationId`              whose accounts may share their metrics, where a sink is made
 * `account`                     the settings of the stack in each account
 */
export type OrganizationSettings = v.InferOutput<typeof Organization> & {
  readonly account: AccountSettings;
};

/** Of an unknown setting nobody knows whose it was meant to be. */
const requireKnown = (names: readonly string[]): void => {
  const ofAccount = Object.keys(SETTING_PARAMETERS);
  // A key with another character belongs to CDK.
  const unknown = names.find((name) => /^\w+$/.test(name) && !ofAccount.includes(name));
  if (unknown === undefined) return;
  const known = [...Object.keys(Organization.entries), ...ofAccount].join(', ');
  throw new InvalidSettingError(`unknown setting ${describeGiven(unknown)}, expected ${known}`);
};

/**
 * Reads the settings from CDK context; those that are not the organization's are the account stack's.
 *
 * A dashboard in each account costs more than all else, so there is none unless it is asked for.
 *
 * @throws {InvalidSettingError} names the first unknown setting, every value that is not allowed, or settings that
 * contradict each other
 * @throws {InvalidParameterError} when a number is not within its bounds
 */
export const parseOrganizationSettings = (
  context: Readonly<Record<string, unknown>>,
): OrganizationSettings => {
  const isOurs = ([name]: readonly [string, unknown]) => Object.hasOwn(Organization.entries, name);
  const rest = Object.entries(context).filter((entry) => !isOurs(entry));
  requireKnown(rest.map(([name]) => name));
  const account = parseSettings({ dashboard: false, ...Object.fromEntries(rest) });
  const parsed = v.safeParse(Organization, context);
  if (!parsed.success) {
    const said = parsed.issues.map(
      (issue) =>
        `${v.getDotPath(issue)} must be ${issue.message}, got ${describeGiven(issue.input)}`,
    );
    throw new InvalidSettingError(said.join('; '));
  }
  const settings = { ...parsed.output, account };
  const contradictions = contradictionsOf(settings);
  if (contradictions.length > 0) throw new InvalidSettingError(contradictions.join('; '));
  return settings;
};
