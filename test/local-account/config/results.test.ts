import {
  DeleteEvaluationResultsCommand,
  type Evaluation,
  GetComplianceDetailsByConfigRuleCommand,
  type GetComplianceDetailsByConfigRuleRequest,
  PutEvaluationsCommand,
  paginateGetComplianceDetailsByConfigRule,
} from '@aws-sdk/client-config-service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  RULE_NAME,
  ruleProperties,
  type ServedAccount,
  serveAccount,
} from '../../support/served-account.ts';

const OrderingTimestamp = new Date('2026-01-31T11:59:59.587Z');
const EARLIER = new Date('2026-01-31T11:59:59.586Z');

let account: ServedAccount;
let ResultToken: string;
const open = async (options: Parameters<typeof serveAccount>[0] = {}) => {
  account = await serveAccount(options);
  account.config.putConfigRule(ruleProperties());
  await account.config.deliverSchedule(RULE_NAME);
  ResultToken = account.delivered[0]?.resultToken ?? '';
};
beforeEach(() => open());
afterEach(() => account.close());

const evaluation = (id: string, overrides: Partial<Evaluation> = {}): Evaluation => ({
  ComplianceResourceType: 'AWS::IAM::User',
  ComplianceResourceId: id,
  ComplianceType: 'COMPLIANT',
  OrderingTimestamp,
  ...overrides,
});
const violation = (id: string) => evaluation(id, { ComplianceType: 'NON_COMPLIANT' });
const put = (...Evaluations: Evaluation[]) =>
  account.configClient.send(new PutEvaluationsCommand({ Evaluations, ResultToken }));
const details = (input: Partial<GetComplianceDetailsByConfigRuleRequest> = {}) =>
  account.configClient.send(
    new GetComplianceDetailsByConfigRuleCommand({ ConfigRuleName: RULE_NAME, ...input }),
  );
const types = async () =>
  (await details()).EvaluationResults?.map(({ ComplianceType }) => ComplianceType);

describe('PutEvaluations', () => {
  it('records results to the millisecond', async () => {
    await put(evaluation('alice', { Annotation: 'one active key — fine' }));

    const { EvaluationResults } = await details();

    expect(EvaluationResults).toEqual([
      {
        EvaluationResultIdentifier: {
          EvaluationResultQualifier: {
            ConfigRuleName: RULE_NAME,
            ResourceType: 'AWS::IAM::User',
            ResourceId: 'alice',
            EvaluationMode: 'DETECTIVE',
          },
          OrderingTimestamp,
        },
        ComplianceType: 'COMPLIANT',
        Annotation: 'one active key — fine',
        ResultRecordedTime: account.clock.now,
        ConfigRuleInvokedTime: account.clock.now,
      },
    ]);
  });

  it('accepts 0 and 100 evaluations, and the same token several times', async () => {
    await put();
    await put(...Array.from({ length: 100 }, (_, index) => evaluation(`user-${index}`)));

    expect((await details({ Limit: 100 })).EvaluationResults).toHaveLength(100);
  });

  it.each([
    ['101 evaluations', Array.from({ length: 101 }, () => evaluation('alice'))],
    ['an annotation of 257 characters', [evaluation('alice', { Annotation: 'x'.repeat(257) })]],
    ['an empty annotation', [evaluation('alice', { Annotation: '' })]],
    ['no timestamp', [evaluation('alice', { OrderingTimestamp: undefined })]],
    ['an empty resource id', [evaluation('')]],
  ])('refuses %s and records nothing', async (_what, evaluations) => {
    await expect(put(...evaluations)).rejects.toMatchObject({ name: 'ValidationException' });

    expect((await details()).EvaluationResults).toEqual([]);
  });

  it('accepts an annotation of 256 characters', async () => {
    await put(evaluation('alice', { Annotation: 'x'.repeat(256) }));
  });

  it('refuses INSUFFICIENT_DATA, which only AWS Config reports', async () => {
    const insufficient = put(evaluation('alice', { ComplianceType: 'INSUFFICIENT_DATA' }));

    await expect(insufficient).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
  });

  it('refuses an unknown token', async () => {
    ResultToken = 'TESTMODE';

    await expect(put()).rejects.toMatchObject({ name: 'InvalidResultTokenException' });
  });

  it('records nothing in test mode and accepts any token', async () => {
    const Evaluations = [violation('alice')];
    const test = { Evaluations, ResultToken: 'TESTMODE', TestMode: true };
    await account.configClient.send(new PutEvaluationsCommand(test));

    expect((await details()).EvaluationResults).toEqual([]);
  });

  it('ignores an evaluation with an older timestamp than the recorded one', async () => {
    await put(violation('alice'));

    await put(evaluation('alice', { OrderingTimestamp: EARLIER }));
    expect(await types()).toEqual(['NON_COMPLIANT']);

    await put(evaluation('alice'));
    expect(await types()).toEqual(['COMPLIANT']);
  });

  it('can be set to accept an evaluation with an older timestamp', async () => {
    await account.close();
    await open({ dropsOlderResults: false });
    await put(violation('alice'));

    await put(evaluation('alice', { OrderingTimestamp: EARLIER }));

    expect(await types()).toEqual(['COMPLIANT']);
  });

  it('forgets a resource that is NOT_APPLICABLE, even if an older result arrives late', async () => {
    await put(evaluation('alice', { ComplianceType: 'NOT_APPLICABLE' }));
    await put(evaluation('alice', { OrderingTimestamp: EARLIER }));

    expect(await types()).toEqual([]);
  });

  it('can fail for some resources and records the others', async () => {
    account.config.failEvaluationsOf(['alice']);

    const { FailedEvaluations } = await put(violation('alice'), violation('bob'));

    expect(FailedEvaluations).toEqual([violation('alice')]);
    expect((await details()).EvaluationResults).toHaveLength(1);
  });
});

describe('GetComplianceDetailsByConfigRule', () => {
  it('returns 10 results per page by default', async () => {
    await put(...Array.from({ length: 25 }, (_, index) => evaluation(`user-${index}`)));

    const pages: number[] = [];
    const paginator = { client: account.configClient };
    const input = { ConfigRuleName: RULE_NAME };
    for await (const page of paginateGetComplianceDetailsByConfigRule(paginator, input))
      pages.push(page.EvaluationResults?.length ?? 0);

    expect(pages).toEqual([10, 10, 5]);
    expect((await details({ Limit: 0 })).EvaluationResults).toHaveLength(10);
    expect((await details({ Limit: 100 })).EvaluationResults).toHaveLength(25);
    await expect(details({ Limit: 101 })).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('filters by compliance type, but not by INSUFFICIENT_DATA', async () => {
    await put(evaluation('alice'), violation('bob'));

    const { EvaluationResults } = await details({ ComplianceTypes: ['NON_COMPLIANT'] });

    expect(EvaluationResults).toHaveLength(1);
    const insufficient = details({ ComplianceTypes: ['INSUFFICIENT_DATA'] });
    await expect(insufficient).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
  });

  it('refuses the token of another list', async () => {
    await put(...Array.from({ length: 11 }, (_, index) => violation(`user-${index}`)));
    const { NextToken } = await details();

    const mixed = details({ ComplianceTypes: ['NON_COMPLIANT'], NextToken });

    await expect(mixed).rejects.toMatchObject({ name: 'InvalidNextTokenException' });
  });

  it('refuses an unknown rule', async () => {
    const other = details({ ConfigRuleName: 'other' });

    await expect(other).rejects.toMatchObject({ name: 'NoSuchConfigRuleException' });
  });
});

describe('DeleteEvaluationResults', () => {
  const deleteResults = (ConfigRuleName: string) =>
    account.configClient.send(new DeleteEvaluationResultsCommand({ ConfigRuleName }));

  it('deletes every result of the rule, and the next evaluation records them again', async () => {
    await put(evaluation('alice'), violation('bob'));
    await deleteResults(RULE_NAME);
    expect(await types()).toEqual([]);
    await put(violation('bob'));
    expect(await types()).toEqual(['NON_COMPLIANT']);
  });

  it('refuses a rule that does not exist', async () => {
    await expect(deleteResults('other')).rejects.toMatchObject({
      name: 'NoSuchConfigRuleException',
    });
  });
});
