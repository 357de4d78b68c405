import * as v from 'valibot';
import { type Operation, operation, ServiceError } from '../dispatch.ts';
import { cutPage } from '../request.ts';
import {
  parseRemediationConfiguration,
  type RemediationProperties,
} from './remediation-configuration.ts';
import {
  type AutomationDeps,
  createExecutions,
  type RemediationExecution,
} from './remediation-executions.ts';
import { invalidNextToken, Limit, NextToken, type Rules, text } from './rules.ts';

const UNDER_WAY: ReadonlySet<string> = new Set(['QUEUED', 'IN_PROGRESS']);

type RemediationDeps = AutomationDeps & {
  readonly now: () => Date;
  readonly rules: Rules;
};

type Remediation = {
  readonly properties: RemediationProperties;
  readonly Arn: string;
  /** By resource id; the latest execution is the last. */
  readonly executions: Map<string, RemediationExecution[]>;
};

const allExecutions = ({ executions }: Remediation) => [...executions.values()].flat();

/** Creates the remediation configurations, at most one per rule, and their executions. */
export const createRemediation = ({ rules, ...deps }: RemediationDeps) => {
  const byRuleName = new Map<string, Remediation>();
  const { stateOf, start, describe } = createExecutions(deps);

  const isUnderWay = (execution: RemediationExecution) => UNDER_WAY.has(stateOf(execution));
  const goesOn = (execution: RemediationExecution) =>
    isUnderWay(execution) && deps.isResting?.(execution.AutomationExecutionId ?? '') !== true;

  const begin = async (remediation: Remediation, resourceId: string, principal: string) => {
    const InvocationTime = deps.now();
    const execution: RemediationExecution = { resourceId, InvocationTime, principal };
    const earlier = remediation.executions.get(resourceId) ?? [];
    remediation.executions.set(resourceId, [...earlier, execution]);
    await start(remediation.properties, execution);
    return execution;
  };

  return {
    describe,
    begin,
    /** Returns the remediation of a rule, or `undefined`. */
    find: (ConfigRuleName: string) => byRuleName.get(ConfigRuleName),
    isBusyWith: ({ executions }: Remediation, resourceId: string) =>
      executions.get(resourceId)?.some(isUnderWay) ?? false,
    /** Whether an execution proceeds without an approval or an advanced clock. */
    isUnderWay: () => [...byRuleName.values()].flatMap(allExecutions).some(goesOn),
    put: (given: unknown) => {
      const properties = parseRemediationConfiguration(given);
      const { ConfigRuleArn } = rules.named(properties.ConfigRuleName);
      const Arn = ConfigRuleArn.replace(':config-rule/', ':remediation-configuration/');
      byRuleName.set(properties.ConfigRuleName, { properties, Arn, executions: new Map() });
    },
  };
};

type RemediationConfigurations = ReturnType<typeof createRemediation>;

/** Schema of a rule name in remediation requests, which may be longer than the name of a rule. */
const AnyConfigRuleName = text(1, 128);
const ResourceKeys = v.pipe(
  v.array(v.strictObject({ resourceType: v.literal('AWS::IAM::User'), resourceId: text(1, 768) })),
  v.minLength(1),
  v.maxLength(100),
);

const Start = v.strictObject({ ConfigRuleName: AnyConfigRuleName, ResourceKeys });

const remediationOf = (configurations: RemediationConfigurations, name: string) => {
  const remediation = configurations.find(name);
  if (remediation !== undefined) return remediation;
  const message = `No RemediationConfiguration for the rule ${JSON.stringify(name)} exists.`;
  throw new ServiceError('NoSuchRemediationConfigurationException', message);
};

const startRemediationExecution = (configurations: RemediationConfigurations) =>
  operation(Start, async (input, principal) => {
    const remediation = remediationOf(configurations, input.ConfigRuleName);
    const FailedItems = [];
    const reasons = new Set<string>();
    for (const key of input.ResourceKeys) {
      const reason = configurations.isBusyWith(remediation, key.resourceId)
        ? 'a remediation of the resource is in progress'
        : (await configurations.begin(remediation, key.resourceId, principal)).refusal;
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
 * The remediation operations of AWS Config. They describe the latest execution of each resource.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_StartRemediationExecution.html
 */
export const remediationOperations = (
  configurations: RemediationConfigurations,
  pageSize: number,
): Readonly<Record<string, Operation>> => ({
  StartRemediationExecution: startRemediationExecution(configurations),
  DescribeRemediationExecutionStatus: describeRemediationExecutionStatus(configurations, pageSize),
});
