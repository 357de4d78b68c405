import {
  DescribeComplianceByConfigRuleCommand,
  DescribeConfigRuleEvaluationStatusCommand,
  GetComplianceSummaryByConfigRuleCommand,
} from '@aws-sdk/client-config-service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  RULE_NAME,
  ruleProperties,
  type ServedAccount,
  serveAccount,
} from '../../support/served-account.ts';
import { ServiceError } from '../dispatch.ts';

let account: ServedAccount;
beforeEach(async () => {
  account = await serveAccount({ pageSize: 2 });
  account.config.putConfigRule(ruleProperties());
});
afterEach(() => account.close());

const putRule = (ConfigRuleName: string) =>
  account.config.putConfigRule({ ...ruleProperties(), ConfigRuleName });

/** Reports a number of results of each type. */
const report = async (ruleName: string, counts: Readonly<Record<string, number>>) => {
  const OrderingTimestamp = account.clock.now.getTime() / 1000;
  const Evaluations = Object.entries(counts).flatMap(([ComplianceType, length]) =>
    Array.from({ length }, (_, index) => ({
      ComplianceResourceType: 'AWS::IAM::User',
      ComplianceResourceId: `AIDA-${ComplianceType}-${index}`,
      ...{ ComplianceType, OrderingTimestamp },
    })),
  );
  account.rule.whenInvoked = async ({ resultToken: ResultToken }) => {
    account.config.operations.PutEvaluations({ Evaluations, ResultToken }, 'operator');
  };
  await account.config.deliverSchedule(ruleName);
};

describe('DescribeComplianceByConfigRule', () => {
  const describeRules = async (input: object = {}) => {
    const { ComplianceByConfigRules = [] } = await account.configClient.send(
      new DescribeComplianceByConfigRuleCommand(input),
    );
    return ComplianceByConfigRules.map(({ Compliance }) => Compliance);
  };

  it.each([
    [{}, { ComplianceType: 'INSUFFICIENT_DATA' }],
    [{ COMPLIANT: 2, NOT_APPLICABLE: 1 }, { ComplianceType: 'COMPLIANT' }],
    ...[
      [1, 1, false],
      [25, 25, false],
      [26, 25, true],
    ].map(([NON_COMPLIANT, CappedCount, CapExceeded]) => [
      { COMPLIANT: 1, NON_COMPLIANT },
      {
        ComplianceType: 'NON_COMPLIANT',
        ComplianceContributorCount: { CappedCount, CapExceeded },
      },
    ]),
  ] as [Record<string, number>, object][])('of the results %j is %j', async (counts, expected) => {
    await report(RULE_NAME, counts);

    expect(await describeRules({ ConfigRuleNames: [RULE_NAME] })).toEqual([expected]);
  });

  it('returns only the wanted types, in pages', async () => {
    for (const name of ['a', 'b', 'c']) putRule(name);
    await report('b', { COMPLIANT: 1 });
    const page = (NextToken?: string) =>
      account.configClient.send(
        new DescribeComplianceByConfigRuleCommand({
          ComplianceTypes: ['INSUFFICIENT_DATA'],
          NextToken,
        }),
      );

    const first = await page();
    const second = await page(first.NextToken);

    const names = [first, second].map(({ ComplianceByConfigRules = [] }) =>
      ComplianceByConfigRules.map(({ ConfigRuleName }) => ConfigRuleName),
    );
    expect(names).toEqual([['a', 'c'], [RULE_NAME]]);
    expect(second.NextToken).toBeUndefined();
  });

  it('refuses an unknown rule', async () => {
    const unknown = new DescribeComplianceByConfigRuleCommand({ ConfigRuleNames: ['unknown'] });

    await expect(account.configClient.send(unknown)).rejects.toMatchObject({
      name: 'NoSuchConfigRuleException',
    });
  });
});

describe('GetComplianceSummaryByConfigRule', () => {
  it('counts the rules with results by compliance', async () => {
    for (const name of ['a', 'b', 'c']) putRule(name);
    await report('a', { COMPLIANT: 1 });
    for (const name of ['b', 'c']) await report(name, { COMPLIANT: 1, NON_COMPLIANT: 1 });

    const { ComplianceSummary } = await account.configClient.send(
      new GetComplianceSummaryByConfigRuleCommand({}),
    );

    expect(ComplianceSummary).toEqual({
      CompliantResourceCount: { CappedCount: 1, CapExceeded: false },
      NonCompliantResourceCount: { CappedCount: 2, CapExceeded: false },
      ComplianceSummaryTimestamp: account.clock.now,
    });
  });
});

describe('DescribeConfigRuleEvaluationStatus', () => {
  const status = async (input: object = {}) => {
    const command = new DescribeConfigRuleEvaluationStatusCommand(input);
    const { ConfigRulesEvaluationStatus = [] } = await account.configClient.send(command);
    return ConfigRulesEvaluationStatus;
  };

  it('has no time before the first invocation', async () => {
    const [only] = await status();

    expect(only).toEqual({
      ConfigRuleName: RULE_NAME,
      ConfigRuleId: 'config-rule-000001',
      ConfigRuleArn: 'arn:aws:config:us-east-1:123456789012:config-rule/config-rule-000001',
      FirstEvaluationStarted: false,
    });
  });

  it('has the times of the last invocations, and the error of a failed one', async () => {
    const invokedAt = account.clock.now;
    await report(RULE_NAME, { COMPLIANT: 1 });
    account.clock.now = new Date(invokedAt.getTime() + 60_000);
    account.rule.whenInvoked = async () => {
      throw new ServiceError('AccessDeniedException', 'no permission to invoke', 403);
    };
    await expect(account.config.deliverSchedule(RULE_NAME)).rejects.toThrow('no permission');

    expect(await status({ ConfigRuleNames: [RULE_NAME] })).toMatchObject([
      {
        FirstEvaluationStarted: true,
        LastSuccessfulInvocationTime: invokedAt,
        LastFailedInvocationTime: account.clock.now,
        LastErrorCode: 'AccessDeniedException',
        LastErrorMessage: 'no permission to invoke',
      },
    ]);
  });

  it.each([
    [1, 1],
    [0, 2],
  ])('with the Limit %i returns a page of %i', async (Limit, length) => {
    putRule('a');

    expect(await status({ Limit })).toHaveLength(length);
  });

  it.each([-1, 51])('refuses the Limit %i', async (Limit) => {
    await expect(status({ Limit })).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
