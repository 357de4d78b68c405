import * as v from 'valibot';
import { IAM_REGIONS } from '../../rule/aws/regions.ts';
import {
  InvalidParameterError,
  type Parameter,
  text,
  trueOrFalse,
  type ValuesOf,
  wholeNumber,
} from '../../rule/input/parameter.ts';
import { listOrText } from '../settings/patterns.ts';
import { readContext, requireNoContradiction } from '../settings/read-settings.ts';
import { SETTINGS, type Settings } from '../settings/settings.ts';
import { topicsOf } from '../settings/topics.ts';
import { isDistinct, ORGANIZATIONAL_UNITS, organizationalUnits } from './organizational-units.ts';

/** A list of distinct texts, also as one text with commas. The default is an empty list. */
const listOf = (own: {
  readonly item: RegExp;
  readonly expected: string;
  readonly description: string;
}): Parameter<readonly string[]> => {
  const schema = v.pipe(
    listOrText,
    v.array(v.pipe(v.string(), v.regex(own.item))),
    v.check((items) => isDistinct(items)),
  );
  return { ...own, default: [], schema };
};

/** The settings of a deployment to an organization, in addition to those of the stack in each account. */
export const ORGANIZATION_SETTINGS = {
  organizationalUnits: {
    schema: organizationalUnits,
    expected: ORGANIZATIONAL_UNITS,
    default: [],
    description: 'Organizational units whose accounts get the stack, in waves; required',
  },
  delegatedAdministrator: trueOrFalse({
    default: false,
    description: 'Whether this account is a delegated administrator, not the management account',
  }),
  excludedAccounts: listOf({
    item: /^\d{12}$/,
    expected: 'distinct account ids of 12 digits, separated by commas',
    description: 'Accounts below the organizational units that do not get the stack',
  }),
  dependsOnStackSets: listOf({
    item: /^arn:[\w-]+:cloudformation:[\w-]+:\d{12}:stackset\/[\w-]{1,128}:[\w-]{36}$/,
    expected: 'distinct ARNs of stack sets, separated by commas',
    description:
      'Stack sets that a new account gets before this one, such as the stack set of the recorder',
  }),
  maxConcurrentPercentage: wholeNumber({
    minimum: 1,
    maximum: 100,
    default: 5,
    unit: 'percent',
    description: 'Percentage of the accounts of a wave that get the stack at the same time',
  }),
  failureTolerancePercentage: wholeNumber({
    minimum: 0,
    maximum: 100,
    default: 2,
    unit: 'percent',
    description:
      'Percentage of the accounts of a wave that may fail before the deployment stops, rounded down',
  }),
  aggregatorName: text({
    pattern: '[\\w-]{1,256}',
    expected: 'the name of an aggregator: 1 to 256 letters, digits, - and _',
    default: undefined,
    description: 'Existing aggregator of the organization; by default, the stack creates one',
  }),
};

/** The values of the settings of a deployment to an organization, with those of the stack in each account. */
export type OrganizationSettings = ValuesOf<typeof ORGANIZATION_SETTINGS> & Settings;

/** Tells whether an ARN is in the Region of IAM, where the accounts get their stack. */
const isInIamRegion = (arn: string): boolean => {
  const [, partition = '', , region] = arn.split(':');
  return IAM_REGIONS[partition] === region;
};

/** Describes each contradiction between settings. */
const contradictionsOf = (settings: OrganizationSettings): readonly string[] =>
  topicsOf(settings)
    .filter(({ arn }) => !isInIamRegion(arn))
    .map(
      ({ setting, arn }) =>
        `${setting} must be in the Region of IAM, where the accounts get their stack, got "${arn}"`,
    );

/**
 * Reads the settings from CDK context: those of the organization and those of the stack in each account.
 *
 * @throws {InvalidParameterError} names the first renamed, removed or unknown setting, every value that is not allowed, or every
 * contradiction
 */
export const readOrganizationSettings = (
  context: Readonly<Record<string, unknown>>,
): OrganizationSettings => {
  // The organizational units are required: an empty text is refused.
  const { organizationalUnits = '' } = context;
  const settings = readContext(
    { ...ORGANIZATION_SETTINGS, ...SETTINGS },
    { ...context, organizationalUnits },
  );
  requireNoContradiction(settings);
  const contradictions = contradictionsOf(settings);
  if (contradictions.length > 0) throw new InvalidParameterError(contradictions.join('; '));
  return settings;
};
