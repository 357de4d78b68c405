import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidResponseError } from '../../rule/answer.ts';
import { type Config, createConfig, FailedEvaluationsError } from '../../rule/config.ts';
import { at } from '../support/build.ts';
import { RULE_NAME, type ServedAccount, serveAccount } from '../support/served-account.ts';

let account: ServedAccount;
let config: Config;
beforeEach(async () => {
  account = await serveAccount();
  config = createConfig(account.configClient);
});
afterEach(() => account.close());

/** Lets Config answer a call of that name with these, one after the other. */
const answer = (operation: string, ...answers: readonly unknown[]) => {
  let call = 0;
  account.dispatcher.register('config', { [operation]: () => answers[call++] });
};

const evaluations = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    ComplianceResourceType: 'AWS::IAM::User',
    ComplianceResourceId: `USER${index}`,
    ComplianceType: 'COMPLIANT' as const,
    OrderingTimestamp: at,
  }));
const put = (count: number) => config.putEvaluations(evaluations(count), 'token');

describe('reporting', () => {
  it.each([
    ['no word of failures', {}],
    ['no failures', { FailedEvaluations: [] }],
  ])('is done when Config answers with %s', async (_, answered) => {
    answer('PutEvaluations', answered);
    await expect(put(1)).resolves.toBeUndefined();
  });

  it('tells how many Config refused of all batches, and names five of them', async () => {
    const failed = evaluations(6);
    answer(
      'PutEvaluations',
      { FailedEvaluations: failed.slice(0, 2) },
      { FailedEvaluations: failed.slice(2) },
    );
    const refused = put(101);
    await expect(refused).rejects.toThrow(FailedEvaluationsError);
    await expect(refused).rejects.toThrow(
      'PutEvaluations: expected 101 evaluations to be taken, got 6 refused: USER0, USER1, USER2, USER3, USER4',
    );
  });

  it('names no more than 800 characters of them', async () => {
    const [failed] = evaluations(1);
    answer('PutEvaluations', {
      FailedEvaluations: [{ ...failed, ComplianceResourceId: 'U'.repeat(100_000) }],
    });
    await expect(put(1)).rejects.toThrow(/got 1 refused: U{800}$/);
  });

  it.each([
    [
      'a number of failures',
      { FailedEvaluations: 7 },
      'PutEvaluations.FailedEvaluations: expected Array, got 7',
    ],
    [
      'a failure of nobody',
      { FailedEvaluations: [{}] },
      'PutEvaluations.FailedEvaluations.0.ComplianceResourceId: expected a value, got nothing',
    ],
  ])('fails when Config answers with %s', async (_, answered, message) => {
    answer('PutEvaluations', answered);
    const failed = put(1);
    await expect(failed).rejects.toThrow(InvalidResponseError);
    await expect(failed).rejects.toThrow(message);
  });
});

describe('the parameters of a rule', () => {
  const rule = (members: object) => answer('DescribeConfigRules', { ConfigRules: [members] });

  it('are those that Config has, or none', async () => {
    rule({ ConfigRuleName: RULE_NAME, InputParameters: '{}' });
    expect(await config.getInputParameters(RULE_NAME)).toBe('{}');
    rule({ ConfigRuleName: RULE_NAME });
    expect(await config.getInputParameters(RULE_NAME)).toBeUndefined();
  });

  it.each([
    ['no rule', {}, `expected the rule ${RULE_NAME}, got none`],
    [
      'another rule',
      { ConfigRules: [{ ConfigRuleName: 'other' }] },
      `expected the rule ${RULE_NAME}, got other`,
    ],
    [
      'a rule without a name',
      { ConfigRules: [{}] },
      '.ConfigRules.0.ConfigRuleName: expected a value, got nothing',
    ],
    [
      'a number',
      { ConfigRules: [{ ConfigRuleName: RULE_NAME, InputParameters: 0 }] },
      '.ConfigRules.0.InputParameters: expected string, got 0',
    ],
  ])('are not known when Config answers with %s', async (_, answered, message) => {
    answer('DescribeConfigRules', answered);
    const failed = config.getInputParameters(RULE_NAME);
    await expect(failed).rejects.toThrow(InvalidResponseError);
    await expect(failed).rejects.toThrow(message);
  });
});
