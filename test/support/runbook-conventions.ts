import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { REPOSITORY } from '../../infra/functions/bundle.ts';
import { expectParameter } from './parameter-examples.ts';
import { QUEUE_URL, type Runbook, type RunbookDocument } from './runbook-document.ts';

const inputsOf = (
  { mainSteps }: RunbookDocument,
  name: string,
): Readonly<Record<string, unknown>> => mainSteps.find((step) => step.name === name)?.inputs ?? {};

const reference = (name: string) => `{{ ${name} }}`;
const references = (names: readonly string[], step = '') =>
  Object.fromEntries(names.map((name) => [name, reference(`${step}${name}`)]));

/** Where a step can lead: on success, by a branch, after a failure. */
const followersOf = ({ nextStep, inputs, onFailure }: RunbookDocument['mainSteps'][number]) => {
  const { Choices = [], Default } = inputs as {
    Choices?: { NextStep: string }[];
    Default?: string;
  };
  const named = /^step:(.*)$/.exec(onFailure)?.[1];
  return [nextStep, ...Choices.map(({ NextStep }) => NextStep), Default, named].filter(
    (name) => name !== undefined,
  );
};

const pathsOf = ({ mainSteps }: RunbookDocument) => {
  const steps = new Map(mainSteps.map((step) => [step.name, step]));
  const paths = (name: string, before: readonly string[] = []): string[][] => {
    const step = steps.get(name);
    const followers = step === undefined ? [] : followersOf(step);
    const path = [...before, name];
    return followers.length === 0 ? [path] : followers.flatMap((next) => paths(next, path));
  };
  return paths('Plan');
};

const SCRIPTS = `${REPOSITORY}remediation/runbooks/scripts/`;

/** The inputs of a script that queues a message. Who starts the runbook cannot choose the queue and the rule. */
const queueing = (rule: string) => ({
  MessageQueueUrl: QUEUE_URL,
  MessageRuleName: rule,
  ExecutionId: reference('automation:EXECUTION_ID'),
});

type Convention = (document: RunbookDocument, runbook: Runbook) => void;

/** The rules that our documents follow beyond what Systems Manager requires. Each one throws. */
export const CONVENTIONS: Readonly<Record<string, Convention>> = {
  'says first what it does': ({ description, mainSteps }, { act, warning }) => {
    expect(description.startsWith(`### ${warning}: `)).toBe(true);
    const write = mainSteps.find(({ name }) => name === `${act}AccessKey`);
    expect(write?.description.startsWith(`${warning} - `)).toBe(true);
  },

  'states for each step its purpose, its timeout and what follows': ({ mainSteps }) => {
    for (const step of mainSteps) {
      const isBranch = step.action === 'aws:branch';
      expect(step.description).toMatch(/\.$/);
      expect(step.onFailure).toBeDefined();
      expect(step.isCritical).toBe(step.onFailure === 'Abort' ? undefined : false);
      if (!isBranch) expect(step.timeoutSeconds).toBeDefined();
      expect(step.nextStep === undefined).toBe(isBranch || step.isEnd === true);
    }
  },

  'reaches every step, and ends with the report on every path': (document) => {
    const paths = pathsOf(document);
    expect(new Set(paths.flat())).toEqual(new Set(document.mainSteps.map(({ name }) => name)));
    for (const path of paths) expect(path.at(-1)).toBe('Report');
  },

  'writes only after a plan and a decision, and verifies every write': (document, runbook) => {
    const write = `${runbook.act}AccessKey`;
    const writing = pathsOf(document).filter((path) => path.includes(write));
    expect(new Set(writing.map((path) => path.join()))).toEqual(
      new Set([
        ['Plan', 'ReadPlan', 'Decide', ...runbook.before, write]
          .concat('Verify', 'EvaluateAgain', 'Report')
          .join(),
      ]),
    );
    const aborting = document.mainSteps.filter(({ onFailure }) => onFailure === 'Abort');
    expect(aborting.map(({ name }) => name)).toEqual([
      ...['Plan', 'ReadPlan', 'Decide', ...runbook.before, 'Verify', 'Report'],
    ]);
    expect(document.mainSteps.find(({ name }) => name === write)?.onFailure).toBe('step:Verify');
  },

  'leads to the write only for its own plan': (document, { act, before }) => {
    const isOutcome = (outcome: string) => ({
      ...{ Variable: reference('ReadPlan.Outcome'), StringEquals: outcome },
    });
    expect(inputsOf(document, 'Decide')).toEqual({
      Choices: [
        { NextStep: 'Report', Variable: reference('DryRun'), StringEquals: 'true' },
        { NextStep: before[0] ?? `${act}AccessKey`, ...isOutcome(act) },
        { NextStep: 'EvaluateAgain', ...isOutcome('NothingToDo') },
      ],
      // Without a default, a branch leads to the next step of the document.
      Default: 'Report',
    });
  },

  'asks the planner for exactly what it accepts': (document, { title, parameter, act }) => {
    const names = ['UserId', 'AccessKeyId', parameter, 'DryRun', 'ConfigRuleName'];
    const payload = { Runbook: title.split(' ')[0], ...references(names) };
    const InactiveConfigRuleName = 'iam-user-inactive-access-key';
    expect(inputsOf(document, 'Plan')).toEqual({
      FunctionName: '${PlannerFunctionName}',
      InvocationType: 'RequestResponse',
      InputPayload: act === 'Deactivate' ? { ...payload, InactiveConfigRuleName } : payload,
    });
  },

  'reads the plan for its own request': (document, { act }) => {
    expect(inputsOf(document, 'ReadPlan')['InputPayload']).toEqual({
      Plan: reference('Plan.Payload'),
      ...references(['UserId', 'AccessKeyId', 'DryRun']),
      ...{ Expected: act, Planned: '' },
    });
  },

  'plans again with the same request, and compares the plans': (document, { before }) => {
    const isAgain = before.includes('PlanAgain');
    expect(document.mainSteps.some(({ name }) => name === 'PlanAgain')).toBe(isAgain);
    if (!isAgain) return;
    expect(inputsOf(document, 'PlanAgain')).toEqual(inputsOf(document, 'Plan'));
    const { InputPayload, ...inputs } = inputsOf(document, 'ReadPlan');
    expect(inputsOf(document, 'ReadPlanAgain')).toEqual({
      ...inputs,
      InputPayload: {
        ...Object(InputPayload),
        Plan: reference('PlanAgain.Payload'),
        Planned: '{{ ReadPlan.AccessKeyId }} of {{ ReadPlan.UserName }} ({{ ReadPlan.Basis }})',
      },
    });
  },

  'asks for approval with all that an approver must know': (document, { approvers }) => {
    if (approvers === undefined) {
      const withoutScripts = (name: string, value: unknown) => (name === 'Script' ? '' : value);
      expect(JSON.stringify(document, withoutScripts)).not.toContain('Approve');
      return;
    }
    const { Message, ...inputs } = inputsOf(document, 'Approve');
    expect(inputs).toEqual({
      Approvers: approvers,
      NotificationArn: 'arn:aws:sns:us-east-1:123456789012:AutomationApprovals',
      MinRequiredApprovals: 2,
    });
    expect(inputsOf(document, 'ReadApproval')['InputPayload']).toEqual({
      ApprovalStatus: reference('Approve.ApprovalStatus'),
    });
    for (const known of ['UserName', 'UserId', 'AccessKeyId', 'Reason'])
      expect(Message).toContain(reference(`ReadPlan.${known}`));
    expect(Message).toContain(reference('global:ACCOUNT_ID'));
    // A message has 4,096 characters at most. The reason and a command need most of them.
    expect(String(Message).length).toBeLessThan(1_000);
  },

  'makes one write and starts the evaluation': (document, { act, write, before }) => {
    const calls = document.mainSteps.filter(({ action }) => action === 'aws:executeAwsApi');
    expect(calls.map(({ name }) => name)).toEqual([`${act}AccessKey`, 'EvaluateAgain']);
    const plan = act === 'Delete' && before.includes('PlanAgain') ? 'ReadPlanAgain' : 'ReadPlan';
    const [writing, evaluating] = calls.map(({ inputs }) => inputs);
    expect(writing).toEqual({
      Service: 'iam',
      ...references(['UserName', 'AccessKeyId'], `${plan}.`),
      ...write,
    });
    expect(evaluating).toEqual({
      Service: 'config',
      Api: 'StartConfigRulesEvaluation',
      ConfigRuleNames: [reference('ConfigRuleName')],
    });
  },

  'runs the scripts as they are written': ({ mainSteps }) => {
    const scripts = mainSteps.filter(({ action }) => action === 'aws:executeScript');
    for (const { name, inputs } of scripts) {
      const file = name
        .replace('Again', '')
        .replace(/(?<=.)(?=[A-Z])/, '_')
        .toLowerCase();
      const files = ['verify', 'report'].includes(file) ? ['queue_message', file] : [file];
      const texts = files.map((one) => readFileSync(`${SCRIPTS}${one}.py`, 'utf8').trimEnd());
      expect([inputs['Script'], inputs['Handler']]).toEqual([texts.join('\n\n\n'), file]);
    }
  },

  'verifies the key that it wrote': (document, { act, expected, rule }) => {
    const plan = act === 'Delete' ? 'ReadPlanAgain.' : 'ReadPlan.';
    expect(inputsOf(document, 'Verify')['InputPayload']).toEqual({
      ...references(['UserId']),
      ...references(['UserName', 'AccessKeyId'], plan),
      ExpectedStatus: expected,
      UndoCommand: act === 'Delete' ? '' : reference('ReadPlan.UndoCommand'),
      ...queueing(rule),
    });
  },

  'queues and reports the plan, and declares every output that it has': (document, runbook) => {
    const { act, rule } = runbook;
    const names = [
      ...['Outcome', 'UserId', 'UserName', 'AccessKeyId', 'Reason'],
      ...(act === 'Delete' ? [] : ['UndoCommand']),
      'NextCommand',
    ];
    const { InputPayload } = inputsOf(document, 'Report');
    expect(InputPayload).toEqual({ ...references(names, 'ReadPlan.'), ...queueing(rule) });
    expect(document.outputs).toEqual([...names, 'Notification'].map((name) => `Report.${name}`));
    for (const { outputs = [] } of document.mainSteps)
      for (const { Name, ...output } of outputs)
        expect(output).toEqual({ Selector: `$.Payload.${Name}`, Type: 'String' });
  },

  'describes, bounds and uses each parameter': (document, { parameter, rule }) => {
    const { parameters } = document;
    const shared = ['UserId', 'AccessKeyId', 'DryRun', 'ConfigRuleName'];
    expect(Object.keys(parameters).toSorted()).toEqual(
      [...shared, 'AutomationAssumeRole', parameter].toSorted(),
    );
    expect(document.assumeRole).toBe(reference('AutomationAssumeRole'));
    expect(parameters['ConfigRuleName']?.default).toBe(rule);
    for (const [name, declared] of Object.entries(parameters)) expectParameter(name, declared);
  },
};
