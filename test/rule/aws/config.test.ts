import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Config, createConfig, FailedEvaluationsError } from '../../../rule/aws/config.ts';
import { InvalidResponseError } from '../../../rule/input/parse.ts';
import { at } from '../../support/build.ts';
import { RULE_NAME, type ServedAccount, serveAccount } from '../../support/served-account.ts';

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

describe('what is asked for', () => {
  /** Lets Config answer a call of that name with this, and keeps what it was asked for. */
  const asked = (operation: string, answered: object) => {
    const inputs: unknown[] = [];
    const take = (input: unknown) => {
      inputs.push(input);
      return answered;
    };
    account.dispatcher.register('config', { [operation]: take });
    return inputs;
  };

  it('of an evaluation are these rules', async () => {
    const inputs = asked('StartConfigRulesEvaluation', {});
    await config.startEvaluation([RULE_NAME, 'other']);
    expect(inputs).toEqual([{ ConfigRuleNames: [RULE_NAME, 'other'] }]);
  });

  it('of parameters is this rule', async () => {
    const inputs = asked('DescribeConfigRules', { ConfigRules: [{ ConfigRuleName: RULE_NAME }] });
    await config.getInputParameters(RULE_NAME);
    expect(inputs).toEqual([{ ConfigRuleNames: [RULE_NAME] }]);
  });

  const ComplianceTypes = ['COMPLIANT', 'NON_COMPLIANT'];
  it('of results is a page of the rule as large as there is, without those that are not applicable', async () => {
    const inputs = asked('GetComplianceDetailsByConfigRule', { EvaluationResults: [] });
    await config.readRuleResults(RULE_NAME);
    expect(inputs).toEqual([{ ConfigRuleName: RULE_NAME, ComplianceTypes, Limit: 100 }]);
  });

  it('of one result is the resource', async () => {
    const inputs = asked('GetComplianceDetailsByResource', { EvaluationResults: [] });
    const resource = { type: 'AWS::IAM::User', id: 'AIDAX' };
    expect(await config.readResult(RULE_NAME, resource)).toBeUndefined();
    const { type: ResourceType, id: ResourceId } = resource;
    expect(inputs).toEqual([{ ResourceType, ResourceId, ComplianceTypes }]);
  });

  it.each([
    [768, true],
    [769, false],
  ])('has an id of at most 768 characters: %d', async (length, isRead) => {
    const EvaluationResultQualifier = {
      ConfigRuleName: RULE_NAME,
      ResourceType: 'AWS::IAM::User',
      ResourceId: 'A'.repeat(length),
    };
    const EvaluationResultIdentifier = { EvaluationResultQualifier, OrderingTimestamp: at };
    const result = { EvaluationResultIdentifier, ComplianceType: 'COMPLIANT' };
    asked('GetComplianceDetailsByConfigRule', { EvaluationResults: [result] });
    const read = config.readRuleResults(RULE_NAME);
    if (isRead) expect((await read).size).toBe(1);
    else await expect(read).rejects.toThrow(InvalidResponseError);
  });

  it.each([
    ['GetComplianceDetailsByConfigRule', () => config.readRuleResults(RULE_NAME)],
    ['GetComplianceDetailsByResource', () => config.readResult(RULE_NAME, { type: 'T', id: 'I' })],
  ])('is told by name when the pages of %s go in a circle', async (operation, read) => {
    asked(operation, { EvaluationResults: [], NextToken: 'round' });
    await expect(read()).rejects.toThrow(`${operation}: expected the next NextToken, got round`);
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
      'DescribeConfigRules.ConfigRules.0.ConfigRuleName: expected a value, got nothing',
    ],
    [
      'a number',
      { ConfigRules: [{ ConfigRuleName: RULE_NAME, InputParameters: 0 }] },
      'DescribeConfigRules.ConfigRules.0.InputParameters: expected string, got 0',
    ],
  ])('are not known when Config answers with %s', async (_, answered, message) => {
    answer('DescribeConfigRules', answered);
    const failed = config.getInputParameters(RULE_NAME);
    await expect(failed).rejects.toThrow(InvalidResponseError);
    await expect(failed).rejects.toThrow(message);
  });
});
