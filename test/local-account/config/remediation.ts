import * as v from 'valibot';
import type { Work } from '../clock.ts';
import { type Operation, operation, ServiceError } from '../dispatch.ts';
import { cutPage } from '../request.ts';
import {
  type AutomationDeps,
  createExecutions,
  type RemediationExecution,
} from './remediation-executions.ts';
import {
  ConfigRuleName,
  ConfigRuleNames,
  invalidNextToken,
  Limit,
  type LocalRule,
  NextToken,
  parseProperties,
  type Rules,
  text,
} from './rules.ts';

/** CloudFormation may hand numbers and booleans over as text. */
const wholeNumber = (minimum: number, maximum: number) =>
  v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.digits(), v.transform(Number))]),
    v.integer(),
    v.minValue(minimum),
    v.maxValue(maximum),
  );
const Truth = v.union([
  v.boolean(),
  v.pipe(
    v.picklist(['true', 'false']),
    v.transform((text) => text === 'true'),
  ),
]);
const RemediationParameter = v.pipe(
  v.strictObject({
    ResourceValue: v.optional(v.strictObject({ Value: v.literal('RESOURCE_ID') })),
    StaticValue: v.optional(
      v.strictObject({ Values: v.pipe(v.array(text(1, 256)), v.maxLength(25)) }),
    ),
  }),
  v.check(
    (given) => (given.ResourceValue === undefined) !== (given.StaticValue === undefined),
    'expected either a ResourceValue or a StaticValue',
  ),
);

const RemediationConfiguration = v.pipe(
  v.strictObject({
    ConfigRuleName,
    TargetType: v.literal('SSM_DOCUMENT'),
    TargetId: text(1, 256),
    TargetVersion: v.optional(v.string()),
    Parameters: v.optional(
      v.pipe(v.record(text(1, 256), RemediationParameter), v.maxEntries(25)),
      {},
    ),
    ResourceType: v.optional(v.string()),
    Automatic: v.optional(Truth, false),
    MaximumAutomaticAttempts: v.optional(wholeNumber(1, 25)),
    RetryAttemptSeconds: v.optional(wholeNumber(1, 2_678_000)),
    ExecutionControls: v.optional(
      v.strictObject({
        SsmControls: v.strictObject({
          ConcurrentExecutionRatePercentage: v.optional(wholeNumber(1, 100)),
          ErrorPercentage: v.optional(wholeNumber(1, 100)),
        }),
      }),
    ),
  }),
  v.check(
    ({ Automatic, Parameters }) =>
      !Automatic || Parameters['AutomationAssumeRole']?.StaticValue !== undefined,
    'an automatic remediation is expected to have a static AutomationAssumeRole parameter',
  ),
);

/** A remediation's own properties; `Parameters` hold either the resource's id or fixed values. */
export type RemediationProperties = v.InferOutput<typeof RemediationConfiguration>;

/**
 * Reads the resolved properties of an AWS::Config::RemediationConfiguration.
 *
 * @throws {ServiceError} InvalidParameterValueException with the first member that does not fit
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_RemediationConfiguration.html
 */
export const parseRemediationConfiguration = (properties: unknown): RemediationProperties =>
  parseProperties('AWS::Config::RemediationConfiguration', RemediationConfiguration, properties);

const UNDER_WAY: ReadonlySet<string> = new Set(['QUEUED', 'IN_PROGRESS']);

/** The default of MaximumAutomaticAttempts. */
const AUTOMATIC_ATTEMPTS = 5;

/** What remediation needs: SSM Automation, the clock, the rules, and who works behind a caller's back. */
type RemediationDeps = AutomationDeps & {
  readonly now: () => Date;
  readonly rules: Rules;
  readonly work: Work;
};

type Remediation = {
  readonly properties: RemediationProperties;
  readonly Arn: string;
  /** By resource id, the latest one last. */
  readonly executions: Map<string, RemediationExecution[]>;
};

const allExecutions = ({ executions }: Remediation) => [...executions.values()].flat();

/** The remediation configurations of the account, at most one a rule, and their executions. */
export const createRemediation = ({ rules, work, ...deps }: RemediationDeps) => {
  const byRuleName = new Map<string, Remediation>();
  const { stateOf, start, describe } = createExecutions(deps);

  const isUnderWay = (execution: RemediationExecution) => UNDER_WAY.has(stateOf(execution));
  const goesOn = (execution: RemediationExecution) =>
    isUnderWay(execution) && deps.isResting?.(execution.AutomationExecutionId ?? '') !== true;

  const begin = async (remediation: Remediation, resourceId: string, automatic: boolean) => {
    const InvocationTime = deps.now();
    const execution: RemediationExecution = { resourceId, automatic, InvocationTime };
    const earlier = remediation.executions.get(resourceId) ?? [];
    remediation.executions.set(resourceId, [...earlier, execution]);
    await start(remediation.properties, execution);
    return execution;
  };

  return {
    describe,
    begin,
    find: (ConfigRuleName: string) => byRuleName.get(ConfigRuleName),
    isBusyWith: ({ executions }: Remediation, resourceId: string) =>
      executions.get(resourceId)?.some(isUnderWay) ?? false,
    /** One goes on without a signal, or a clock that is moved. */
    isUnderWay: () => [...byRuleName.values()].flatMap(allExecutions).some(goesOn),
    put: (given: unknown) => {
      const properties = parseRemediationConfiguration(given);
      const { ConfigRuleArn } = rules.named(properties.ConfigRuleName);
      const Arn = ConfigRuleArn.replace(':config-rule/', ':remediation-configuration/');
      byRuleName.set(properties.ConfigRuleName, { properties, Arn, executions: new Map() });
    },
    /** Starts an automatic remediation, unless one is under way or too many of them failed. */
    onNonCompliant: (rule: LocalRule, resourceId: string) => {
      const remediation = byRuleName.get(rule.properties.ConfigRuleName);
      if (remediation?.properties.Automatic !== true) return;
      const earlier = remediation.executions.get(resourceId) ?? [];
      const failed = earlier.filter((one) => one.automatic && stateOf(one) === 'FAILED');
      const attempts = remediation.properties.MaximumAutomaticAttempts ?? AUTOMATIC_ATTEMPTS;
      if (earlier.some(isUnderWay) || failed.length >= attempts) return;
      work.begin(async () => void (await begin(remediation, resourceId, true)));
    },
  };
};

export type RemediationConfigurations = ReturnType<typeof createRemediation>;

/** A name as the calls of remediations take it: longer than a rule's may be. */
const AnyConfigRuleName = text(1, 128);
const ResourceKeys = v.pipe(
  v.array(v.strictObject({ resourceType: v.literal('AWS::IAM::User'), resourceId: text(1, 768) })),
  v.minLength(1),
  v.maxLength(100),
);

const remediationOf = (configurations: RemediationConfigurations, name: string) => {
  const remediation = configurations.find(name);
  if (remediation !== undefined) return remediation;
  const message = `No RemediationConfiguration for the rule ${JSON.stringify(name)} exists.`;
  throw new ServiceError('NoSuchRemediationConfigurationException', message);
};

const startRemediationExecution = (configurations: RemediationConfigurations) =>
  operation(v.strictObject({ ConfigRuleName: AnyConfigRuleName, ResourceKeys }), async (input) => {
    const remediation = remediationOf(configurations, input.ConfigRuleName);
    const FailedItems = [];
    const reasons = new Set<string>();
    for (const key of input.ResourceKeys) {
      const reason = configurations.isBusyWith(remediation, key.resourceId)
        ? 'a remediation of the resource is in progress'
        : (await configurations.begin(remediation, key.resourceId, false)).refusal;
      if (reason === undefined) continue;
      FailedItems.push(key);
      reasons.add(reason);
    }
    return FailedItems.length === 0 ? {} : { FailureMessage: [...reasons].join('; '), FailedItems };
  });

const describeRemediationExecutionStatus = (
  configurations: RemediationConfigurations,
  pageSize: number,
) =>
  operation(
    v.strictObject({
      ConfigRuleName: AnyConfigRuleName,
      ResourceKeys: v.optional(ResourceKeys),
      Limit,
      NextToken,
    }),
    ({ ConfigRuleName, ResourceKeys, Limit, NextToken }) => {
      const { executions } = remediationOf(configurations, ConfigRuleName);
      const ids = ResourceKeys?.map((key) => key.resourceId) ?? [...executions.keys()];
      const page = cutPage({
        list: `DescribeRemediationExecutionStatus ${ConfigRuleName}`,
        items: [...new Set(ids)].flatMap((id) => executions.get(id)?.at(-1) ?? []),
        keyOf: (execution) => execution.resourceId,
        size: Math.min(Limit || 100, pageSize),
        marker: NextToken,
        refuse: invalidNextToken,
      });
      const RemediationExecutionStatuses = page.items.map(configurations.describe);
      return { RemediationExecutionStatuses, NextToken: page.next };
    },
  );

/**
 * AWS Config's operations on remediation; the latest execution of a resource is the one described.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_StartRemediationExecution.html
 */
export const remediationOperations = (
  configurations: RemediationConfigurations,
  pageSize: number,
): Readonly<Record<string, Operation>> => ({
  DescribeRemediationConfigurations: operation(v.strictObject({ ConfigRuleNames }), (input) => ({
    RemediationConfigurations: [...new Set(input.ConfigRuleNames)].flatMap((name) => {
      const found = configurations.find(name);
      return found === undefined ? [] : { ...found.properties, Arn: found.Arn };
    }),
  })),
  StartRemediationExecution: startRemediationExecution(configurations),
  DescribeRemediationExecutionStatus: describeRemediationExecutionStatus(configurations, pageSize),
});
