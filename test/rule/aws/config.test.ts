import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Config,
  createConfig,
  FailedEvaluationsError,
  MissingResultsError,
} from '../../../rule/aws/config.ts';
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

/** Lets Config respond to an operation, call by call, and returns the inputs of the calls. */
const respond = (operation: string, ...responses: readonly unknown[]) => {
  const inputs: unknown[] = [];
  const next = (input: unknown) => responses[inputs.push(input) - 1];
  account.dispatcher.register('config', { [operation]: next });
  return inputs;
};

const USER = { type: 'AWS::IAM::User', id: 'AIDAX' };
const ComplianceTypes = ['COMPLIANT', 'NON_COMPLIANT'];

describe('putEvaluations', () => {
  const evaluations = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      ComplianceResourceType: USER.type,
      ComplianceResourceId: `USER${index}`,
      ComplianceType: 'COMPLIANT' as const,
      OrderingTimestamp: at,
    }));
  const put = (count: number) => config.putEvaluations(evaluations(count), 'token');

  it.each([{}, { FailedEvaluations: [] }])('succeeds if Config responds %j', async (response) => {
    respond('PutEvaluations', response);
    await expect(put(1)).resolves.toBeUndefined();
  });

  it('reports how many evaluations of all batches Config refused, and names five', async () => {
    const refused = evaluations(6);
    respond(
      'PutEvaluations',
      { FailedEvaluations: refused.slice(0, 2) },
      { FailedEvaluations: refused.slice(2) },
    );
    const failed = put(101);
    await expect(failed).rejects.toThrow(FailedEvaluationsError);
    await expect(failed).rejects.toThrow(
      'PutEvaluations: expected 101 evaluations to be accepted, got 6 refused: USER0, USER1, USER2, USER3, USER4',
    );
  });

  it.each([
    [{ FailedEvaluations: 7 }, 'PutEvaluations.FailedEvaluations: expected Array, got 7'],
    [
      { FailedEvaluations: [{}] },
      'PutEvaluations.FailedEvaluations.0.ComplianceResourceId: expected a value, got nothing',
    ],
  ])('refuses the response %j', async (response, message) => {
    respond('PutEvaluations', response);
    const failed = put(1);
    await expect(failed).rejects.toThrow(InvalidResponseError);
    await expect(failed).rejects.toThrow(message);
  });
});

describe('startEvaluation', () => {
  it('names the rules', async () => {
    const inputs = respond('StartConfigRulesEvaluation', {});
    await config.startEvaluation([RULE_NAME, 'other']);
    expect(inputs).toEqual([{ ConfigRuleNames: [RULE_NAME, 'other'] }]);
  });
});

describe('readResults', () => {
  const resultOf = (ResourceId: string, ResourceType = USER.type) => {
    const EvaluationResultQualifier = { ConfigRuleName: RULE_NAME, ResourceType, ResourceId };
    const EvaluationResultIdentifier = { EvaluationResultQualifier, OrderingTimestamp: at };
    return { EvaluationResultIdentifier, ComplianceType: 'COMPLIANT', Annotation: 'text' };
  };
  const read = () => config.readResults(RULE_NAME);

  it('reads the results of users from every page, 100 a page', async () => {
    const inputs = respond(
      'GetComplianceDetailsByConfigRule',
      {
        EvaluationResults: [resultOf('AIDAX'), resultOf('AROAX', 'AWS::IAM::Role')],
        NextToken: 'n',
      },
      { EvaluationResults: [resultOf('AIDAY')] },
    );
    const recorded = { ComplianceType: 'COMPLIANT', Annotation: 'text', OrderingTimestamp: at };
    expect([...(await read())]).toEqual([
      ['AIDAX', recorded],
      ['AIDAY', recorded],
    ]);
    const input = { ConfigRuleName: RULE_NAME, ComplianceTypes, Limit: 100 };
    expect(inputs).toEqual([input, { ...input, NextToken: 'n' }]);
  });

  it('returns no results of a rule that has none', async () => {
    respond('GetComplianceDetailsByConfigRule', { EvaluationResults: [] });
    expect((await read()).size).toBe(0);
  });

  it('refuses a response without a list of results', async () => {
    respond('GetComplianceDetailsByConfigRule', {});
    await expect(read()).rejects.toThrow(
      new MissingResultsError(
        'GetComplianceDetailsByConfigRule: expected EvaluationResults, got none',
      ),
    );
    respond('GetComplianceDetailsByResource', {});
    await expect(config.readResult(RULE_NAME, USER.id)).rejects.toThrow(MissingResultsError);
  });

  it('refuses a list of results of another type', async () => {
    respond('GetComplianceDetailsByConfigRule', { EvaluationResults: 7 });
    await expect(read()).rejects.toThrow('EvaluationResults: expected Array, got 7');
  });

  it('accepts a resource id of 768 characters', async () => {
    respond('GetComplianceDetailsByConfigRule', { EvaluationResults: [resultOf('A'.repeat(768))] });
    expect((await read()).size).toBe(1);
  });

  it.each([
    [resultOf('A'.repeat(769)), 'expected at most 768 characters'],
    [{ ...resultOf('A'), ComplianceType: 'NOT_APPLICABLE' }, '.ComplianceType: expected'],
  ])('refuses a result that Config does not send (%#)', async (result, message) => {
    respond('GetComplianceDetailsByConfigRule', { EvaluationResults: [result] });
    const failed = read();
    await expect(failed).rejects.toThrow(InvalidResponseError);
    await expect(failed).rejects.toThrow('GetComplianceDetailsByConfigRule.EvaluationResults.0');
    await expect(failed).rejects.toThrow(message);
  });

  it('reads the result of one user from the page that has it', async () => {
    const other = resultOf(USER.id);
    other.EvaluationResultIdentifier.EvaluationResultQualifier.ConfigRuleName = 'other';
    const inputs = respond(
      'GetComplianceDetailsByResource',
      { EvaluationResults: [other], NextToken: 'n' },
      { EvaluationResults: [resultOf(USER.id)], NextToken: 'unread' },
    );
    expect(await config.readResult(RULE_NAME, USER.id)).toMatchObject({
      ComplianceType: 'COMPLIANT',
    });
    const input = { ResourceType: USER.type, ResourceId: USER.id, ComplianceTypes };
    expect(inputs).toEqual([input, { ...input, NextToken: 'n' }]);
  });

  it('finds no result of a user that has none', async () => {
    respond('GetComplianceDetailsByResource', { EvaluationResults: [] });
    expect(await config.readResult(RULE_NAME, USER.id)).toBeUndefined();
  });
});

describe('getInputParameters', () => {
  it.each([['{}'], [undefined]])(
    'returns the parameters of the rule: %j',
    async (InputParameters) => {
      const ConfigRules = [{ ConfigRuleName: RULE_NAME, InputParameters }];
      const inputs = respond('DescribeConfigRules', { ConfigRules });
      expect(await config.getInputParameters(RULE_NAME)).toBe(InputParameters);
      expect(inputs).toEqual([{ ConfigRuleNames: [RULE_NAME] }]);
    },
  );

  it.each([
    [{}, `expected the rule ${RULE_NAME}, got none`],
    [{ ConfigRules: [{ ConfigRuleName: 'other' }] }, `expected the rule ${RULE_NAME}, got other`],
    [
      { ConfigRules: [{}] },
      'DescribeConfigRules.ConfigRules.0.ConfigRuleName: expected a value, got nothing',
    ],
    [
      { ConfigRules: [{ ConfigRuleName: RULE_NAME, InputParameters: 0 }] },
      'DescribeConfigRules.ConfigRules.0.InputParameters: expected string, got 0',
    ],
  ])('refuses the response %j', async (response, message) => {
    respond('DescribeConfigRules', response);
    const failed = config.getInputParameters(RULE_NAME);
    await expect(failed).rejects.toThrow(InvalidResponseError);
    await expect(failed).rejects.toThrow(message);
  });
});
