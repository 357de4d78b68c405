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
import { readContext, requireNoContradiction } from '../settings/read-settings.ts';
import { SETTINGS, type Settings } from '../settings/settings.ts';
import { isDistinct, ORGANIZATIONAL_UNITS, organizationalUnits } from './organizational-units.ts';

/** A list of distinct texts, or one text with commas between them; empty by default. */
const listOf = (own: {
  readonly item: RegExp;
  readonly expected: string;
  readonly description: string;
}): Parameter<readonly string[]> => {
  const schema = v.pipe(
    v.unknown(),
    v.transform((given) => (typeof given === 'string' ? given.split(',') : given)),
    v.array(v.pipe(v.string(), v.regex(own.item))),
    v.check((items) => isDistinct(items)),
  );
  return { ...own, default: [], schema };
};

/** The settings of a deployment to an organization, beside those of the stack in each account. */
export const ORGANIZATION_SETTINGS = {
  organizationalUnits: {
    schema: organizationalUnits,
    expected: ORGANIZATIONAL_UNITS,
    default: [],
    description: 'Organizational units whose accounts get the stack, in waves; required',
  },
  organizationId: text({
    pattern: 'o-[a-z0-9]{10,32}',
    expected: 'the id of the organization, such as o-a1b2c3d4e5',
    default: undefined,
    description:
      'Organization whose accounts may share their metrics; required unless there is a sink already',
  }),
  delegatedAdministrator: trueOrFalse({
    default: false,
    description: 'Whether this account is a delegated administrator, not the management account',
  }),
  excludedAccounts: listOf({
    item: /^\d{12}$/,
    expected: 'ids of accounts, 12 digits each, separated by commas, each one once',
    description: 'Accounts below the organizational units that do not get the stack',
  }),
  dependsOnStackSets: listOf({
    item: /^arn:[\w-]+:cloudformation:[\w-]+:\d{12}:stackset\/[\w-]{1,128}:[\w-]{36}$/,
    expected: 'ARNs of stack sets, separated by commas, each one once',
    description:
      'Stack sets whose stacks an account that joins gets first, such as that of the recorder',
  }),
  maxConcurrentPercentage: wholeNumber({
    minimum: 1,
    maximum: 100,
    default: 5,
    unit: 'percent',
    description: 'Percentage of the accounts of a wave that are deployed to at the same time',
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
    description: 'Existing aggregator of the organization; without it, one is created',
  }),
  linkMetrics: trueOrFalse({
    default: true,
    description:
      'Whether the stack shares the metrics of the rules with this account; false if the accounts share all metrics already',
  }),
};

/** The values of the settings of a deployment to an organization, with those of the stack in each account. */
export type OrganizationSettings = ValuesOf<typeof ORGANIZATION_SETTINGS> & Settings;

/** A link and its sink must be in the same Region. */
const isInIamRegion = (arn: string): boolean => {
  const [, partition = '', , region] = arn.split(':');
  return IAM_REGIONS[partition] === region;
};

/** Describes the contradictions between settings; empty without any. */
const contradictionsOf = ({
  linkMetrics,
  organizationId,
  monitoringSinkArn,
}: OrganizationSettings): readonly string[] => [
  ...(linkMetrics && monitoringSinkArn === undefined && organizationId === undefined
    ? [
        'organizationId must be set, because the sink for metrics admits the accounts of one organization; or set monitoringSinkArn to an existing sink, or linkMetrics=false',
      ]
    : []),
  ...(monitoringSinkArn !== undefined && !isInIamRegion(monitoringSinkArn)
    ? [
        `monitoringSinkArn must be in the Region of IAM, where the accounts get their stack, got "${monitoringSinkArn}"`,
      ]
    : []),
  ...(!linkMetrics && monitoringSinkArn !== undefined
    ? ['monitoringSinkArn must not be set with linkMetrics=false: nothing is linked to it']
    : []),
];

/**
 * Reads the settings from CDK context: those of the organization and those of the stack in each account. The stack has
 * no dashboard by default, because a dashboard in each account costs more than everything else.
 *
 * @throws {InvalidParameterError} names the first old or unknown setting, every value that is not allowed, or every
 * contradiction
 */
export const readOrganizationSettings = (
  context: Readonly<Record<string, unknown>>,
): OrganizationSettings => {
  const settings = readContext(
    { ...ORGANIZATION_SETTINGS, ...SETTINGS },
    // The organizational units are required: an empty text is refused.
    { dashboard: false, organizationalUnits: '', ...context },
  );
  requireNoContradiction(settings);
  const contradictions = contradictionsOf(settings);
  if (contradictions.length > 0) throw new InvalidParameterError(contradictions.join('; '));
  return settings;
};
