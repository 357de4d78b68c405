import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { allowedActions, propertiesOf } from '../infra/synthesize.ts';
import { examplesOf, policyText, SECURITY } from '../support/docs-examples.ts';
import {
  callsOn,
  FUNCTION,
  MAPPING,
  namesOf,
  resourceFor,
  TYPES,
  template,
} from '../support/guarded-resources.ts';
import { isAllowedUnder } from '../support/policy-simulation.ts';
import { arnOf } from '../support/service-authorization.ts';

const accountId = '123456789012';
const role = (name: string) => `arn:aws:iam::${accountId}:role/${name}`;
const POLICY: unknown = JSON.parse(policyText('guard'));
const OURS = 'iam-user-single-access-key';
const OPERATOR = role(
  'aws-reserved/sso.amazonaws.com/AWSReservedSSO_KeyOperators_0123456789abcdef',
);
const STACK_SETS = role('stacksets-exec-0123456789abcdef0123456789abcdef');
const ADMINISTRATOR = role('Administrator');
/** Principals with `AdministratorAccess`. */
const ATTACKERS = [
  ADMINISTRATOR,
  `arn:aws:iam::${accountId}:user/alice`,
  `arn:aws:iam::${accountId}:root`,
];
const NAMES = namesOf('RuleEvaluatorFunctionA4DFB858');
const [NAME = ''] = NAMES;
const FOREIGN = 'Another-Service-1A2B3C';

/** The roles of the functions of automatic mode. CloudFormation cuts their names. */
const STARTERS = [
  'AutomaticDeactivationStarterRole5C6D7E8F',
  'AutomaticDeletionStarterRole9A8B7C6D',
]
  .flatMap((logicalId) => namesOf(logicalId.slice(0, 24)))
  .map(role);

type Request = { readonly action: string; readonly resource: string };
type Context = Readonly<Record<string, string>>;
const mayUnder =
  (policy: unknown) =>
  (principal: string, { action, resource }: Request, context: Context = {}) =>
    isAllowedUnder(policy, {
      ...{ principal, action, resource },
      contextVariables: { 'aws:PrincipalArn': principal, ...context },
    });
const may = mayUnder(POLICY);

/** Returns the calls on resources with these names and this tag that a principal may make and may not make. */
const sortCalls = async (
  may: ReturnType<typeof mayUnder>,
  principal: string,
  { names = NAMES, tag = OURS, reads = false } = {},
) => {
  const allowed = new Set<string>();
  const denied = new Set<string>();
  for (const name of names) {
    const FunctionArn = await arnOf(FUNCTION, name);
    const context = { 'aws:ResourceTag/part-of': tag, 'lambda:FunctionArn': FunctionArn };
    for (const call of (await callsOn(name)).filter((one) => one.reads === reads))
      ((await may(principal, call, context)) ? allowed : denied).add(call.what);
  }
  return { allowed: [...allowed].toSorted(), denied: [...denied].toSorted() };
};

/** The calls that change something and stay allowed. SECURITY.md has the reasons. */
const STILL_ALLOWED = [
  'cloudwatch:DeleteDashboards dashboard',
  'cloudwatch:PutDashboard dashboard',
  'cloudwatch:TagResource dashboard',
  'cloudwatch:UntagResource dashboard',
  'config:PutExternalEvaluation ConfigRule',
  'config:StartConfigRulesEvaluation ConfigRule',
  'config:TagResource ConfigRule',
  'config:UntagResource ConfigRule',
  'lambda:InvokeFunction function',
  'lambda:TagResource eventSourceMapping',
  'lambda:UntagResource eventSourceMapping',
  'ssm:StartAutomationExecution document',
];
/** The calls with which functions and operators use log groups and queues. */
const USE = [
  'logs:CreateLogStream log-stream',
  'logs:PutLogEvents log-stream',
  'sqs:ChangeMessageVisibility queue',
  'sqs:DeleteMessage queue',
  'sqs:PurgeQueue queue',
  'sqs:SendMessage queue',
];
const USE_AND_READ = [...USE, 'sqs:ReceiveMessage queue'];
/** The calls on rules and remediations, whose ARNs contain generated ids. */
const ON_EVERY_RULE = [
  'config:DeleteConfigRule ConfigRule',
  'config:DeleteEvaluationResults ConfigRule',
  'config:DeleteRemediationConfiguration RemediationConfiguration',
  'config:PutConfigRule ConfigRule',
  'config:PutRemediationConfigurations RemediationConfiguration',
];

describe('the guard policy', () => {
  it('covers every resource type of the template', () => {
    const types = Object.values<{ Type: string }>(template.toJSON()['Resources']);
    expect([...new Set(types.map(({ Type }) => Type))].toSorted()).toEqual(Object.keys(TYPES));
  });

  it('relies on generated names', () => {
    for (const [type, name] of [
      ['AWS::CloudWatch::Alarm', 'AlarmName'],
      ['AWS::Events::Rule', 'Name'],
      ['AWS::IAM::Role', 'RoleName'],
      ['AWS::Lambda::Function', 'FunctionName'],
      ['AWS::Logs::LogGroup', 'LogGroupName'],
      ['AWS::SQS::Queue', 'QueueName'],
      ['AWS::SSM::Document', 'Name'],
    ] as const) {
      expect(propertiesOf(template, type).length).toBeGreaterThan(0);
      for (const resource of propertiesOf(template, type))
        expect(resource).not.toHaveProperty(name);
    }
  });

  it.each(ATTACKERS)('lets only the deployment change the resources: %s', async (attacker) => {
    const names = attacker === ADMINISTRATOR ? NAMES : [NAME];
    const { allowed, denied } = await sortCalls(may, attacker, { names });
    expect(allowed).toEqual(STILL_ALLOWED);
    expect(denied.length).toBeGreaterThan(150);
  });

  it('lets operators delete results, pass roles, write log lines and use the queues, and nothing else', async () => {
    const { allowed } = await sortCalls(may, OPERATOR, { names: [NAME] });
    const own = ['config:DeleteEvaluationResults ConfigRule', 'iam:PassRole role', ...USE];
    expect(allowed).toEqual([...STILL_ALLOWED, ...own].toSorted());
  });

  it('lets only operators, automatic mode and the deployment pass the roles', async () => {
    for (const name of namesOf('DeactivateAccessKeyAutomationRole97735492')) {
      const call = { action: 'iam:PassRole', resource: role(name) };
      for (const other of [...ATTACKERS, ...namesOf('RuleEvaluatorRole').map(role)])
        expect(await may(other, call), other).toBe(false);
      for (const principal of [OPERATOR, ...STARTERS, STACK_SETS])
        expect(await may(principal, call), principal).toBe(true);
    }
  });

  it('lets only the deployment create or change a role with the name of automatic mode', async () => {
    for (const starter of STARTERS)
      for (const verb of ['CreateRole', 'UpdateAssumeRolePolicy', 'PutRolePolicy']) {
        const call = { action: `iam:${verb}`, resource: starter };
        for (const principal of [...ATTACKERS, OPERATOR, ...STARTERS])
          expect(await may(principal, call), principal).toBe(false);
        expect(await may(STACK_SETS, call)).toBe(true);
      }
  });

  it('lets only functions and operators write log lines and use the queues', async () => {
    for (const name of NAMES)
      for (const call of (await callsOn(name)).filter(({ what }) => USE_AND_READ.includes(what))) {
        for (const principal of [...ATTACKERS, STACK_SETS])
          expect(await may(principal, call), call.what).toBe(false);
        for (const principal of [...namesOf('RuleEvaluatorRole').map(role), OPERATOR])
          expect(await may(principal, call), call.what).toBe(true);
      }
  });

  it('is described with every action that stays allowed', () => {
    const section = SECURITY.split('\n### What the stack made\n')[1] ?? '';
    for (const what of STILL_ALLOWED) expect(section).toContain(`\`${what.split(' ')[0]}\``);
  });

  it('lets everybody read, except messages', async () => {
    const { denied } = await sortCalls(may, ADMINISTRATOR, { reads: true });
    expect(denied).toEqual(['sqs:ReceiveMessage queue']);
  });

  it('protects event source mappings by function', async () => {
    const ours = await arnOf(FUNCTION, NAME);
    const theirs = await arnOf(FUNCTION, FOREIGN);
    const mapping = await arnOf(MAPPING, '1a2b');
    for (const verb of ['Create', 'Update', 'Delete']) {
      const resource = verb === 'Create' ? '*' : mapping;
      const call = { action: `lambda:${verb}EventSourceMapping`, resource };
      expect(await may(ADMINISTRATOR, call, { 'lambda:FunctionArn': ours }), verb).toBe(false);
      expect(await may(STACK_SETS, call, { 'lambda:FunctionArn': ours }), verb).toBe(true);
      expect(await may(ADMINISTRATOR, call, { 'lambda:FunctionArn': theirs }), verb).toBe(true);
    }
  });

  it.each(['IamUserSingleAccessKey', 'AWS/Lambda', 'AWS/SQS'])(
    'denies metrics in the namespace %s',
    async (namespace) => {
      const call = { action: 'cloudwatch:PutMetricData', resource: '*' };
      const own = namesOf('RuleEvaluatorRole').map(role);
      for (const principal of [ADMINISTRATOR, OPERATOR, ...own]) {
        expect(await may(principal, call, { 'cloudwatch:namespace': namespace })).toBe(false);
        expect(await may(principal, call, { 'cloudwatch:namespace': 'Another' })).toBe(true);
      }
    },
  );
});

describe('a resource of somebody else', () => {
  it('is not protected, except rules', async () => {
    const { denied } = await sortCalls(may, ADMINISTRATOR, { names: [FOREIGN], tag: 'another' });
    expect(denied).toEqual(ON_EVERY_RULE);
  });

  it('cannot get the tag', async () => {
    const calls = (await callsOn(FOREIGN)).filter(({ takesTags }) => takesTags);
    expect(calls.length).toBeGreaterThan(25);
    for (const { action, resource } of [
      ...calls,
      { action: 'lambda:CreateEventSourceMapping', resource: '*' },
      { action: 'sns:CreateTopic', resource: `arn:aws:sns:us-east-1:${accountId}:topic` },
      { action: 'sts:TagSession', resource: role(FOREIGN) },
    ]) {
      const tag = { 'aws:RequestTag/part-of': OURS };
      for (const attacker of ATTACKERS)
        expect(await may(attacker, { action, resource }, tag), action).toBe(false);
      expect(await may(STACK_SETS, { action, resource }, tag), action).toBe(true);
      if (action !== 'config:PutConfigRule')
        expect(
          await may(ADMINISTRATOR, { action, resource }, { 'aws:RequestTag/part-of': 'x' }),
        ).toBe(true);
    }
  });

  it('can be deleted although it already has the tag', async () => {
    const { allowed, denied } = await sortCalls(may, ADMINISTRATOR, { names: [FOREIGN] });
    expect(denied).toEqual(ON_EVERY_RULE);
    expect(allowed).toContain('iam:DeleteRole role');
    expect((await sortCalls(may, STACK_SETS, { names: [FOREIGN] })).denied).toEqual([]);
  });
});

/** The deployment roles that SECURITY.md names: the pattern in the policy, and such roles. */
const DEPLOYMENTS = [
  { pattern: 'stacksets-exec-*', roles: ['stacksets-exec-0123456789abcdef0123456789abcdef'] },
  { pattern: 'AWSControlTowerExecution', roles: ['AWSControlTowerExecution'] },
  {
    pattern: 'cdk-*-role-*',
    roles: ['deploy', 'cfn-exec'].map((one) => `cdk-hnb659fds-${one}-role-${accountId}-us-east-1`),
  },
];

/** Returns the policy for another deployment role, replaced as SECURITY.md says. */
const guardFor = (pattern: string) => policyText('guard').replaceAll('stacksets-exec-*', pattern);

describe.each(DEPLOYMENTS)('the deployment role $pattern', ({ pattern, roles }) => {
  const text = guardFor(pattern);
  const mayDeploy = mayUnder(JSON.parse(text));
  const others = DEPLOYMENTS.flatMap((one) => (one.pattern === pattern ? [] : one.roles));

  it('is named in SECURITY.md, and its policy is not too large', () => {
    expect(SECURITY).toContain(`\`${pattern}\``);
    expect(JSON.stringify(JSON.parse(text)).length).toBeLessThanOrEqual(5_120);
  });

  it.each(roles)('can change everything except messages and log lines: %s', async (name) => {
    const { denied } = await sortCalls(mayDeploy, role(name));
    expect(denied).toEqual(USE);
  });

  it.each(others)('is the only one: %s', async (name) => {
    const { allowed } = await sortCalls(mayDeploy, role(name), { names: [NAME] });
    expect(allowed).toEqual(STILL_ALLOWED);
  });

  it.each(roles)('cannot be created, changed or passed by others: %s', async (name) => {
    const calls = (await callsOn(name)).filter(({ what, reads }) => / role$/.test(what) && !reads);
    expect(calls.length).toBeGreaterThan(12);
    for (const principal of [...ATTACKERS, OPERATOR])
      for (const call of calls) expect(await mayDeploy(principal, call), call.action).toBe(false);
  });
});

describe('the role that deploys with the CDK', () => {
  it('can be assumed by the principals that its trust policy names', async () => {
    const [deploy = ''] = DEPLOYMENTS.flatMap(({ roles }) => roles).filter((one) =>
      /deploy/.test(one),
    );
    const mayDeploy = mayUnder(JSON.parse(guardFor('cdk-*-role-*')));
    const call = { action: 'sts:AssumeRole', resource: role(deploy) };
    expect(await mayDeploy(ADMINISTRATOR, call)).toBe(true);
  });
});

describe('a role whose name only resembles that of the deployment', () => {
  it.each(['my-stacksets-exec-1', 'path/stacksets-exec-1', 'path/IamUserSingleAccessKey-1'])(
    'may not change the resources: %s',
    async (name) => {
      const { allowed } = await sortCalls(may, role(name), { names: [NAME] });
      expect(allowed).toEqual(STILL_ALLOWED);
    },
  );

  it('cannot be created under a path with the name', async () => {
    for (const path of ['stacksets-exec-1', NAME])
      for (const action of ['iam:CreateRole', 'iam:PutRolePolicy', 'iam:UpdateAssumeRolePolicy'])
        expect(await may(ADMINISTRATOR, { action, resource: role(`${path}/evil`) })).toBe(false);
  });
});

describe('everything that needs a resource of the stack', () => {
  it.each(namesOf(''))('has its permissions in %s', async (stack) => {
    const nameIn = (logicalId: string) => stack.replace('--', `-${logicalId.slice(0, 24)}-`);
    const own = allowedActions(template).filter(({ on }) => /\{\w+\}/.test(on));
    expect(own.map(({ action }) => action)).toContain('ssm:StartAutomationExecution');
    expect(own.length).toBeGreaterThan(25);
    for (const { role: logicalId, action, on } of own) {
      const [, resourceId = ''] = /\{(\w+)\}/.exec(on) ?? [];
      const resource = await resourceFor(action, nameIn(resourceId));
      expect(await may(role(nameIn(logicalId)), { action, resource }), action).toBe(true);
    }
  });

  const Texts = v.union([v.string(), v.array(v.string())]);
  const Statements = v.object({
    Statement: v.array(v.looseObject({ Action: Texts, Resource: Texts })),
  });
  /** The actions of people, with the resource if it is a single one. */
  const people = new Map<string, string | undefined>();
  for (const json of examplesOf('docs/operations.md', 'json'))
    for (const { Action, Resource } of v.parse(Statements, JSON.parse(json)).Statement)
      for (const action of [Action].flat())
        people.set(action, String(Resource).includes('*') ? undefined : String(Resource));

  it.each([...people])('is allowed to operators: %s', async (action, only) => {
    const resource = only ?? (await resourceFor(action, NAME));
    expect(await may(OPERATOR, { action, resource })).toBe(true);
  });
});
