import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAILURES, RULE_QUERIES } from '../../../infra/monitoring/queries.ts';
import { singleAccessKeyRule } from '../../../rule/single-access-key/rule.ts';
import { daysBefore } from '../../support/build.ts';
import { type ServedRule, serveRule } from '../../support/served-rule.ts';
import { propertiesOf, synthesize, toText } from '../synthesize.ts';

const everything = {
  securityHubFindings: true,
  automaticRemediation: true,
  automaticDeletion: true,
  notificationTopicArn: 'arn:aws:sns:us-east-1:123456789012:keys',
};

/** The saved queries by the end of their name. */
const queriesOf = (settings = {}) =>
  new Map(
    propertiesOf(synthesize(settings).template, 'AWS::Logs::QueryDefinition').map((query) => [
      toText(query['Name']).split('/').at(-1) ?? '',
      query,
    ]),
  );

const groupsOf = (query: Readonly<Record<string, unknown>> | undefined): string[] =>
  [query?.['LogGroupNames']].flat().map((name) => Object(name).Ref.replace(/LogGroup\w{8}$/, ''));

const RULES = ['RuleEvaluator', 'InactiveRuleEvaluator'];

describe('the saved queries', () => {
  it.each([
    ['Sweeps', RULES],
    ['SlowEvaluations', RULES],
    ['Calls', RULES],
    ['KeyEventsHeldBack', ['KeyEventsStarter']],
    ['Failures', [...RULES, 'Planner', 'KeyEventsStarter']],
  ])('%s read the log groups of %j', (name, groups) => {
    expect(groupsOf(queriesOf().get(name))).toEqual(groups);
  });

  it('read the failures of every function that exists', () => {
    const { template } = synthesize(everything);
    expect(groupsOf(queriesOf(everything).get('Failures'))).toHaveLength(
      propertiesOf(template, 'AWS::Lambda::Function').length,
    );
    expect([...queriesOf({ keyEvents: false }).keys()]).not.toContain('KeyEventsHeldBack');
  });

  it('are in a folder with the name of the stack', () => {
    for (const { Name } of queriesOf().values()) expect(Name).toMatch(/^\w+\/\w+$/);
  });

  it('stay within the limit of CloudWatch Logs', () => {
    for (const { QueryString } of queriesOf().values())
      expect(String(QueryString).length).toBeLessThanOrEqual(10_000);
  });

  it('find an evaluation that took 12 of the 15 minutes that Lambda allows', () => {
    expect(queriesOf().get('SlowEvaluations')?.['QueryString']).toContain('Duration >= 720000');
  });

  it('find key events that start nothing because the account is too large', () => {
    expect(queriesOf().get('KeyEventsHeldBack')?.['QueryString']).toContain(
      'message = "key events" and start = "HeldBack"',
    );
  });
});

describe('the fields of a query', () => {
  let rule: ServedRule;
  let succeeded: object;
  let failed: object;
  beforeAll(async () => {
    const old = { CreateDate: daysBefore(100) };
    const users = [{ UserName: 'alice', keys: [old, { ...old }] }];
    rule = await serveRule({ users, createRule: singleAccessKeyRule });
    await rule.sweep();
    succeeded = rule.lastLine();
    rule.deny('iam', 'ListAccessKeys', { always: true });
    await rule.sweep().catch(() => undefined);
    failed = rule.lastLine();
  });
  afterAll(() => rule.close());

  const fieldsOf = ([first = '']: readonly string[]): string[] =>
    first
      .replace('fields ', '')
      .split(', ')
      .filter((name) => !name.startsWith('@'));

  it('are those of the log line of a sweep', () => {
    for (const name of fieldsOf(RULE_QUERIES.Sweeps)) expect(succeeded).toHaveProperty(name);
    for (const name of fieldsOf(RULE_QUERIES.SlowEvaluations)) expect(failed).toHaveProperty(name);
    for (const name of fieldsOf(FAILURES)) expect(failed).toHaveProperty(name);
  });

  it('include every API call of a sweep', () => {
    const [, stats = ''] = RULE_QUERIES.Calls;
    const calls = Object.keys(succeeded).filter((name) => /^(Get|List|Put|Lookup)/.test(name));
    expect(calls).toHaveLength(6);
    for (const name of calls) expect(stats).toContain(`sum(${name}) as ${name}Calls`);
  });
});
