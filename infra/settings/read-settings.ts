import {
  InvalidParameterError,
  type Parameters,
  readParameters,
  type ValuesOf,
} from '../../rule/input/parameter.ts';
import { SETTINGS, type Settings } from './settings.ts';

/** The current names of renamed settings, by old name. */
const RENAMED = {
  frequency: 'maximumExecutionFrequency',
  exemptionTag: 'exemptionTagKey',
  ruleName: 'configRuleName',
  inactiveRuleName: 'inactiveConfigRuleName',
  logRetentionDays: 'logRetentionInDays',
} as const;

const NO_METRICS = 'accounts no longer share metrics (docs/organization.md, What there is to see)';

/** Why a setting was removed, by its name. */
const REMOVED = {
  monitoringSinkArn: NO_METRICS,
  linkMetrics: NO_METRICS,
  organizationId: NO_METRICS,
} as const;

/** Describes each contradiction between settings. */
const contradictionsOf = (settings: Settings): readonly string[] => {
  const { configRuleName, inactiveConfigRuleName, approvers, approvalTopicArn } = settings;
  const { minRequiredApprovals } = settings;
  const automatic = (['automaticRemediation', 'automaticDeletion'] as const).filter(
    (name) => approvers !== undefined && settings[name],
  );
  return [
    ...(configRuleName === inactiveConfigRuleName
      ? [`inactiveConfigRuleName must differ from configRuleName, got "${configRuleName}" for both`]
      : []),
    ...automatic.map(
      (name) =>
        `${name} must be false with approvers: the function starts runbooks without asking them`,
    ),
    ...(settings.automaticDeletion && settings.maxInactiveDays === 0
      ? [
          'automaticDeletion must be false with maxInactiveDays 0: it would delete keys as soon as they are inactive',
        ]
      : []),
    ...(minRequiredApprovals > (approvers?.length ?? 1)
      ? [
          `minRequiredApprovals must be at most the number of approvers (${approvers?.length ?? 0}), got ${minRequiredApprovals}`,
        ]
      : []),
    ...(approvers === undefined && approvalTopicArn !== undefined
      ? ['approvalTopicArn must not be set without approvers: the topic notifies only approvers']
      : []),
  ];
};

/**
 * Requires that settings do not contradict each other.
 *
 * @throws {InvalidParameterError} names every contradiction
 */
export const requireNoContradiction = (settings: Settings): void => {
  const contradictions = contradictionsOf(settings);
  if (contradictions.length > 0) throw new InvalidParameterError(contradictions.join('; '));
};

/**
 * Reads settings from CDK context. A key with other characters than letters, digits and `_` belongs to the CDK.
 *
 * @throws {InvalidParameterError} names the first renamed, removed or unknown setting, or every value that is not allowed
 */
export const readContext = <const P extends Parameters>(
  settings: P,
  context: Readonly<Record<string, unknown>>,
): ValuesOf<P> => {
  const own = Object.entries(context).filter(([name]) => /^\w+$/.test(name));
  for (const [name] of own) {
    if (Object.hasOwn(RENAMED, name))
      throw new InvalidParameterError(
        `${name} is now called ${RENAMED[name as keyof typeof RENAMED]}`,
      );
    if (Object.hasOwn(REMOVED, name))
      throw new InvalidParameterError(
        `${name} was removed: ${REMOVED[name as keyof typeof REMOVED]}`,
      );
  }
  return readParameters(settings, Object.fromEntries(own), 'setting');
};

/**
 * Reads the settings of a deployment from CDK context: `-c maximumExecutionFrequency=One_Hour`, or `context` in cdk.json.
 *
 * @throws {InvalidParameterError} names the first renamed, removed or unknown setting, every value that is not allowed, or every
 * contradiction
 * @see https://docs.aws.amazon.com/cdk/v2/guide/context.html
 */
export const readSettings = (context: Readonly<Record<string, unknown>>): Settings => {
  const settings = readContext(SETTINGS, context);
  requireNoContradiction(settings);
  return settings;
};

/** The default settings. */
export const DEFAULT_SETTINGS: Settings = readSettings({});
