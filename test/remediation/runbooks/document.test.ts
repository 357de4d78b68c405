import { describe, expect, it } from 'vitest';
import { parsePlannerInput } from '../../../remediation/plans/input.ts';
import { type RunbookFile, readRunbook, type Step } from '../../support/runbook-document.ts';

const APPROVERS = ['alice', 'arn:aws:iam::123456789012:role/on-call'];
const AGAIN = ['PlanAgain', 'ReadPlanAgain'];

/** What is particular to each document: how it writes, and the steps before and after that. */
const DOCUMENTS = [
  {
    title: 'DeactivateAccessKey',
    file: 'deactivate-access-key',
    approvers: undefined,
    act: 'Deactivate',
    warning: 'DISRUPTIVE',
    write: { Api: 'UpdateAccessKey', Status: 'Inactive' },
    expected: 'Inactive',
    ways: [[]],
  },
  {
    title: 'DeactivateAccessKey with approval',
    file: 'deactivate-access-key',
    approvers: APPROVERS,
    act: 'Deactivate',
    warning: 'DISRUPTIVE',
    write: { Api: 'UpdateAccessKey', Status: 'Inactive' },
    expected: 'Inactive',
    ways: [['Approve', ...AGAIN]],
  },
  {
    title: 'ReactivateAccessKey',
    file: 'reactivate-access-key',
    approvers: undefined,
    act: 'Reactivate',
    warning: 'DISRUPTIVE',
    write: { Api: 'UpdateAccessKey', Status: 'Active' },
    expected: 'Active',
    ways: [[]],
  },
  {
    title: 'DeleteInactiveAccessKey',
    file: 'delete-inactive-access-key',
    approvers: undefined,
    act: 'Delete',
    warning: 'DESTRUCTIVE',
    write: { Api: 'DeleteAccessKey' },
    expected: 'not listed',
    ways: [['Wait', ...AGAIN]],
  },
  {
    title: 'DeleteInactiveAccessKey with approval',
    file: 'delete-inactive-access-key',
    approvers: APPROVERS,
    act: 'Delete',
    warning: 'DESTRUCTIVE',
    write: { Api: 'DeleteAccessKey' },
    expected: 'not listed',
    ways: [['Wait', 'Approve', ...AGAIN]],
  },
] as const;

const choicesOf = ({ inputs }: Step): string[] => [
  ...((inputs['Choices'] ?? []) as { NextStep: string }[]).map(({ NextStep }) => NextStep),
  ...(inputs['Default'] === undefined ? [] : [String(inputs['Default'])]),
];

/** Where a step can lead: on success, by a branch, after a failure. */
const successors = (step: Step): string[] => [
  ...(step.nextStep === undefined ? [] : [step.nextStep]),
  ...choicesOf(step),
  ...(step.onFailure.startsWith('step:') ? [step.onFailure.slice('step:'.length)] : []),
];

const createPaths = (steps: ReadonlyMap<string, Step>) => {
  /** Every way through the document from a step to an end. */
  const paths = (name: string, before: readonly string[] = []): string[][] => {
    expect(before, 'an endless loop').not.toContain(name);
    const step = steps.get(name);
    expect(step, `a step named ${name}`).toBeDefined();
    const path = [...before, name];
    const next = step === undefined ? [] : successors(step);
    return next.length === 0 ? [path] : next.flatMap((successor) => paths(successor, path));
  };
  return paths;
};

describe.each(DOCUMENTS)('the document $title', (spec) => {
  const document = readRunbook(spec.file, spec.approvers);
  const text = JSON.stringify(document);
  const steps = new Map(document.mainSteps.map((step) => [step.name, step]));
  const inputsOf = (name: string) => steps.get(name)?.inputs ?? {};
  const paths = createPaths(steps);
  const writeName = `${spec.act}AccessKey`;
  const plan = spec.act === 'Delete' ? 'ReadPlanAgain' : 'ReadPlan';

  it('is an Automation document small enough for SSM, and says first what it does', () => {
    expect(document.schemaVersion).toBe('0.3');
    // With the names and ARNs that synthesis puts in, some hundred bytes each.
    expect(Buffer.byteLength(text)).toBeLessThan(60 * 1024);
    expect(document.description.startsWith(`### ${spec.warning}: `)).toBe(true);
    expect(steps.get(writeName)?.description.startsWith(`${spec.warning} - `)).toBe(true);
  });

  it('has steps with unique names, each described, each with an end of its time and a way on failure', () => {
    expect(steps.size).toBe(document.mainSteps.length);
    for (const step of document.mainSteps) {
      expect(step.name).toMatch(/^\w+$/);
      expect(step.description).toMatch(/\.$/);
      expect(step.onFailure).toMatch(/^(Abort|Continue|step:\w+)$/);
      if (step.action !== 'aws:branch') expect(step.timeoutSeconds).toBeGreaterThan(0);
      expect(step).not.toHaveProperty('onlyWith');
    }
  });

  it('reaches every step, and comes to an end on every way', () => {
    const ways = paths('Plan');
    expect(new Set(ways.flat())).toEqual(new Set(steps.keys()));
    for (const way of ways) expect(way.at(-1)).toBe('Report');
  });

  it('writes only after a plan that was read and decided on, and reports only what was verified', () => {
    const before = new Set<string>();
    for (const way of paths('Plan')) {
      expect(way.slice(0, 3)).toEqual(['Plan', 'ReadPlan', 'Decide']);
      const write = way.indexOf(writeName);
      if (write < 0) continue;
      before.add(way.slice(3, write).join());
      expect(way.slice(write)).toEqual([
        writeName,
        'Verify',
        'EvaluateAgain',
        'DecideNotify',
        ...(way.includes('Notify') ? ['Notify'] : []),
        'Report',
      ]);
    }
    expect(before).toEqual(new Set(spec.ways.map((way) => way.join())));
    const stopping = ['Plan', 'ReadPlan', 'Decide', ...spec.ways.flat(), 'Verify'];
    for (const name of stopping) expect(steps.get(name)?.onFailure).toBe('Abort');
  });

  it('leads only its own plan to the write, and everything unforeseen to the report', () => {
    const { Choices, Default } = inputsOf('Decide');
    const isPlanned = { Variable: '{{ ReadPlan.Outcome }}', StringEquals: spec.act };
    const [first] = spec.ways.map(([next]) => next ?? writeName);
    expect(Choices).toEqual([
      { NextStep: 'Report', Variable: '{{ DryRun }}', StringEquals: 'true' },
      { NextStep: first, ...isPlanned },
      {
        NextStep: 'EvaluateAgain',
        Variable: '{{ ReadPlan.Outcome }}',
        StringEquals: 'NothingToDo',
      },
    ]);
    // A branch without a default goes on with the step below it.
    expect(Default).toBe('Report');
  });

  it('has one write, which may fail only into the reading back', () => {
    const calls = document.mainSteps.filter(({ action }) => action === 'aws:executeAwsApi');
    expect(calls.map(({ inputs }) => `${inputs['Service']}:${inputs['Api']}`)).toEqual([
      `iam:${spec.write.Api}`,
      'config:StartConfigRulesEvaluation',
      'sns:Publish',
    ]);
    expect(inputsOf(writeName)).toEqual({
      Service: 'iam',
      UserName: `{{ ${plan}.UserName }}`,
      AccessKeyId: `{{ ${plan}.AccessKeyId }}`,
      ...spec.write,
    });
    expect(steps.get(writeName)).toMatchObject({ onFailure: 'step:Verify', isCritical: false });
    expect(inputsOf('Verify')['InputPayload']).toMatchObject({
      UserName: `{{ ${plan}.UserName }}`,
      AccessKeyId: `{{ ${plan}.AccessKeyId }}`,
      ExpectedStatus: spec.expected,
    });
  });

  it('makes the same request again, and holds the new plan to the old one', () => {
    expect(inputsOf('ReadPlan')['InputPayload']).toMatchObject({ Expected: spec.act, Planned: '' });
    const isAgain = spec.ways.flat().some((name) => name === 'PlanAgain');
    expect(steps.has('PlanAgain')).toBe(isAgain);
    if (!isAgain) return;
    expect(inputsOf('PlanAgain')).toEqual(inputsOf('Plan'));
    expect(inputsOf('ReadPlanAgain')).toEqual({
      ...inputsOf('ReadPlan'),
      InputPayload: {
        ...(inputsOf('ReadPlan')['InputPayload'] as object),
        Plan: '{{ PlanAgain.Payload }}',
        Planned: '{{ ReadPlan.AccessKeyId }} of {{ ReadPlan.UserName }} ({{ ReadPlan.Basis }})',
      },
    });
  });

  it('asks for approval with all that has to be known, where there are approvers', () => {
    if (spec.approvers === undefined) {
      expect(text).not.toContain('Approve');
      return;
    }
    const { Message, ...asked } = inputsOf('Approve');
    expect(asked).toEqual({
      Approvers: spec.approvers,
      NotificationArn: 'arn:aws:sns:us-east-1:123456789012:AutomationApprovals',
      MinRequiredApprovals: 1,
    });
    for (const known of ['UserName', 'UserId', 'AccessKeyId', 'Reason'])
      expect(Message).toContain(`{{ ReadPlan.${known} }}`);
    expect(Message).toContain('{{ global:ACCOUNT_ID }}');
    // Of the 4,096 characters that it may have, most are for the reason and a command.
    expect(String(Message).length).toBeLessThan(1_000);
  });

  it('leaves Verify the time that it needs although every call hangs', () => {
    const script = String(inputsOf('Verify')['Script']);
    expect(script.match(/boto3\.client\([^)]*\)/g)).toEqual([
      "boto3.client('sns', config=CALLS)",
      "boto3.client('iam', config=CALLS)",
    ]);
    const numberIn = (pattern: RegExp) => Number(pattern.exec(script)?.[1]);
    const connect = numberIn(/connect_timeout=(\d+)/);
    const call =
      (connect + numberIn(/read_timeout=(\d+)/)) * numberIn(/total_max_attempts': (\d+)/) + 1;
    const pause = numberIn(/SECONDS_BETWEEN_READS = (\d+)/);
    const restoring = spec.act === 'Deactivate' ? numberIn(/range\((\d+)\)/) * (call + pause) : 0;
    const reading = numberIn(/VISIBLE_WITHIN_SECONDS = (\d+)/) + call;
    if (spec.act === 'Deactivate') expect(numberIn(/UNTIL_SETTLED = (\d+)/)).toBe(10);
    const again = spec.act === 'Deactivate' ? numberIn(/UNTIL_SETTLED = (\d+)/) + reading : 0;
    // Until the last read, once more, the attempts to restore the key, and the message to the topic.
    const longest = reading + again + restoring + call;
    expect(longest).toBeGreaterThan(100);
    expect(steps.get('Verify')?.timeoutSeconds).toBeGreaterThan(longest);
  });

  it('declares whatever it refers to, and uses every parameter', () => {
    const references = [...text.matchAll(/\{\{\s*([^}]+?)\s*\}\}/g)].map(([, name]) => name);
    const outputs = document.mainSteps.flatMap(({ name, outputs = [] }) =>
      outputs.map(({ Name }) => `${name}.${Name}`),
    );
    const payloads = ['Plan', 'PlanAgain'].filter((name) => steps.has(name));
    const declared = [
      ...Object.keys(document.parameters),
      ...outputs,
      ...payloads.map((name) => `${name}.Payload`),
      ...['global:ACCOUNT_ID', 'global:REGION', 'automation:EXECUTION_ID'],
    ];
    expect(declared).toEqual(expect.arrayContaining(references));
    expect(references).toEqual(expect.arrayContaining(Object.keys(document.parameters)));
    expect(outputs).toEqual(expect.arrayContaining([...document.outputs]));
    expect(document.outputs).toEqual(
      ['Outcome', 'UserId', 'UserName', 'AccessKeyId', 'Reason', 'UndoCommand', 'NextCommand']
        .filter((name) => name !== 'UndoCommand' || spec.act !== 'Delete')
        .map((name) => `Report.${name}`),
    );
  });

  it('asks the planner exactly what it takes', () => {
    const payload = inputsOf('Plan')['InputPayload'] as Record<string, string>;
    const { Runbook, DeleteCommand, ...own } = payload;
    expect(own).toEqual(
      Object.fromEntries(Object.keys(own).map((name) => [name, `{{ ${name} }}`])),
    );
    expect(spec.title.split(' ')[0]).toBe(Runbook);
    const given = Object.keys(own).map((name) => [name, document.parameters[name]?.default]);
    const UserId = 'AIDAXXXXXXXXXXXXALICE';
    const asked = { ...payload, ...Object.fromEntries(given), UserId };
    expect(() => parsePlannerInput(asked)).not.toThrow();
  });
});

describe('the documents', () => {
  const files: RunbookFile[] = [...new Set(DOCUMENTS.map(({ file }) => file))];

  it('share their scripts', () => {
    const scripts = files.map((file) =>
      readRunbook(file, APPROVERS).mainSteps.flatMap(({ inputs }) => inputs['Script'] ?? []),
    );
    expect(new Set(scripts.flat()).size).toBe(3);
  });

  it('say what is refused, and what cannot be taken back', () => {
    const [, reactivate, deletion] = files.map((file) => readRunbook(file).description);
    expect(reactivate).toMatch(/refuses.*second active key[\s\S]*AllowSecondActiveKey/);
    expect(deletion).toContain('cannot be undone');
    expect(deletion).toMatch(/race[\s\S]*is deleted nevertheless/);
  });
});
