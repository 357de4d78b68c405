import * as v from 'valibot';
import { ServiceError } from '../call.ts';
import { type Operation, operation } from '../dispatch.ts';
import { cutPage } from '../page.ts';
import { ConfigRuleNames, invalidNextToken, Limit, NextToken, text } from './members.ts';
import type { RemediationConfigurations } from './remediation.ts';

const ConfigRuleName = text(1, 128);
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
  operation(v.strictObject({ ConfigRuleName, ResourceKeys }), async (input) => {
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
      ConfigRuleName,
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
