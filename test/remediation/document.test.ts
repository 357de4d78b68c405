import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parsePlannerInput } from '../../remediation/input.ts';

type Step = {
  name: string;
  action: string;
  description: string;
  nextStep?: string;
  onFailure: string;
  isEnd?: boolean;
  isCritical?: boolean;
  timeoutSeconds?: number;
  inputs: Record<string, unknown>;
  outputs?: { Name: string; Selector: string; Type: string }[];
};
type Parameter = {
  type: string;
  description: string;
  default?: string;
  allowedPattern?: string;
  allowedValues?: string[];
};
type Document = {
  schemaVersion: string;
  description: string;
  assumeRole: string;
  parameters: Record<string, Parameter>;
  outputs: string[];
  mainSteps: Step[];
};

const text = readFileSync(
  new URL('../../remediation/deactivate-access-key.yaml', import.meta.url),
  'utf8',
);
const document = parse(text) as Document;
const steps = new Map(document.mainSteps.map((step) => [step.name, step]));

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

/** Every way through the document from a step to an end. */
const paths = (name: string, before: readonly string[] = []): string[][] => {
  expect(before, 'an endless loop').not.toContain(name);
  const step = steps.get(name);
  expect(step, `a step named ${name}`).toBeDefined();
  const path = [...before, name];
  const next = step === undefined ? [] : successors(step);
  return next.length === 0 ? [path] : next.flatMap((successor) => paths(successor, path));
};

const references = [...text.matchAll(/\{\{\s*([^}]+?)\s*\}\}/g)].map((match) => String(match[1]));

describe('the document DeactivateAccessKey', () => {
  it('is an Automation document small enough for SSM', () => {
    expect(document.schemaVersion).toBe('0.3');
    expect(Buffer.byteLength(text)).toBeLessThan(64 * 1024);
    expect(document.description).toContain('DISRUPTIVE');
  });

  it('has steps with unique names, each described, each with an end of its time and a way on failure', () => {
    expect(steps.size).toBe(document.mainSteps.length);
    for (const step of document.mainSteps) {
      expect(step.name).toMatch(/^\w+$/);
      expect(step.description).toMatch(/\.$/);
      expect(step.onFailure).toMatch(/^(Abort|Continue|step:\w+)$/);
      if (step.action !== 'aws:branch') expect(step.timeoutSeconds).toBeGreaterThan(0);
    }
  });

  it('reaches every step, and comes to an end on every way', () => {
    const ways = paths('Plan');
    expect(new Set(ways.flat())).toEqual(new Set(steps.keys()));
    for (const way of ways) expect(way.at(-1)).toBe('Report');
  });

  it('writes only after a plan that was read and decided on, and reports only what was verified', () => {
    for (const way of paths('Plan')) {
      expect(way.slice(0, 3)).toEqual(['Plan', 'ReadPlan', 'Decide']);
      const write = way.indexOf('DeactivateAccessKey');
      if (write >= 0)
        expect(way.slice(write)).toEqual([
          'DeactivateAccessKey',
          'Verify',
          'EvaluateAgain',
          'DecideNotify',
          ...(way.includes('Notify') ? ['Notify'] : []),
          'Report',
        ]);
    }
    for (const name of ['Plan', 'ReadPlan', 'Decide', 'Verify'])
      expect(steps.get(name)?.onFailure).toBe('Abort');
  });

  it('leads only a plan to deactivate to the write, and everything unforeseen to the report', () => {
    const { Choices, Default } = steps.get('Decide')?.inputs ?? {};
    expect(Choices).toEqual([
      { NextStep: 'Report', Variable: '{{ DryRun }}', StringEquals: 'true' },
      {
        NextStep: 'DeactivateAccessKey',
        Variable: '{{ ReadPlan.Outcome }}',
        StringEquals: 'Deactivate',
      },
      {
        NextStep: 'EvaluateAgain',
        Variable: '{{ ReadPlan.Outcome }}',
        StringEquals: 'NothingToDo',
      },
    ]);
    // A branch without a default goes on with the step below it.
    expect(Default).toBe('Report');
  });

  it('leaves Verify the time to restore a key and to tell of it although every call hangs', () => {
    const script = String(steps.get('Verify')?.inputs['Script']);
    const numberIn = (pattern: RegExp) => Number(pattern.exec(script)?.[1]);
    const connect = numberIn(/connect_timeout=(\d+)/);
    const call =
      (connect + numberIn(/read_timeout=(\d+)/)) * numberIn(/total_max_attempts': (\d+)/) + 1;
    const pause = numberIn(/SECONDS_BETWEEN_READS = (\d+)/);
    const longest =
      numberIn(/VISIBLE_WITHIN_SECONDS = (\d+)/) +
      call +
      numberIn(/range\((\d+)\)/) * (call + pause) +
      // The message to the topic.
      call;
    expect(longest).toBeGreaterThan(200);
    expect(steps.get('Verify')?.timeoutSeconds).toBeGreaterThan(longest);
  });

  it('has one write, and it deactivates the key of the plan', () => {
    const calls = document.mainSteps.filter(({ action }) => action === 'aws:executeAwsApi');
    expect(calls.map(({ inputs }) => `${inputs['Service']}:${inputs['Api']}`)).toEqual([
      'iam:UpdateAccessKey',
      'config:StartConfigRulesEvaluation',
      'sns:Publish',
    ]);
    expect(steps.get('DeactivateAccessKey')?.inputs).toEqual({
      Service: 'iam',
      Api: 'UpdateAccessKey',
      UserName: '{{ ReadPlan.UserName }}',
      AccessKeyId: '{{ ReadPlan.AccessKeyId }}',
      Status: 'Inactive',
    });
  });

  it('declares whatever it refers to, and uses every parameter', () => {
    const outputs = document.mainSteps.flatMap(({ name, outputs = [] }) =>
      outputs.map(({ Name }) => `${name}.${Name}`),
    );
    const system = ['global:ACCOUNT_ID', 'global:REGION', 'automation:EXECUTION_ID'];
    const declared = [...Object.keys(document.parameters), ...outputs, 'Plan.Payload', ...system];
    expect(declared).toEqual(expect.arrayContaining(references));
    expect(references).toEqual(expect.arrayContaining(Object.keys(document.parameters)));
    expect(outputs).toEqual(expect.arrayContaining(document.outputs));
  });

  it('leaves one value for the deployment to fill in: the planner', () => {
    expect(text.match(/\$\{[^}]*\}/g)).toEqual(['${PlannerFunctionName}']);
  });

  it('asks the planner exactly what it takes', () => {
    const payload = steps.get('Plan')?.inputs['InputPayload'] as Record<string, string>;
    const examples: Record<string, string> = {
      UserId: 'AIDAXXXXXXXXXXXXALICE',
      ConfigRuleName: 'iam-user-single-access-key',
    };
    const sent = Object.keys(payload).map((name) => [
      name,
      examples[name] ?? document.parameters[name]?.default,
    ]);
    expect(payload).toEqual(Object.fromEntries(sent.map(([name]) => [name, `{{ ${name} }}`])));
    expect(() => parsePlannerInput(Object.fromEntries(sent))).not.toThrow();
  });
});

describe('the parameters of the document', () => {
  const values: Record<string, { accepted: string[]; refused: string[] }> = {
    UserId: {
      accepted: ['AIDAQO5QBPYFF4ULQRVCE', 'XYZAQO5QBPYFF4ULQRVCE', 'A'.repeat(128)],
      refused: [
        '',
        'alice',
        'AIDA QO5QBPYFF4ULQ',
        'A'.repeat(15),
        'A'.repeat(129),
        'AIDA/QO5QBPYFF4ULQ',
      ],
    },
    AccessKeyId: {
      accepted: ['', 'AKIAIOSFODNN7EXAMPLE'],
      refused: ['AKIA', 'AKIAIOSFODNN7-EXAMPLE', 'A'.repeat(129)],
    },
    MinimumIdleDays: {
      accepted: ['', '0', '7', '99', '100', '299', '300', '359', '365'],
      refused: ['-1', '366', '400', '1000', '7.5', 'seven', ' 7'],
    },
    DryRun: { accepted: ['true', 'false'], refused: ['', 'yes', 'True'] },
    ConfigRuleName: {
      accepted: ['iam-user-single-access-key', 'A_1', 'a'.repeat(128)],
      refused: ['', 'a b', 'a'.repeat(129), 'arn:aws:config'],
    },
    NotificationTopicArn: {
      accepted: [
        '',
        'arn:aws:sns:us-east-1:123456789012:keys',
        'arn:aws-cn:sns:cn-north-1:123456789012:a_b-c',
      ],
      refused: [
        'keys',
        'arn:aws:sns:us-east-1:123456789012:keys.fifo',
        'arn:aws:sqs:us-east-1:123456789012:keys',
      ],
    },
    AutomationAssumeRole: {
      accepted: [
        'arn:aws:iam::123456789012:role/Automation',
        'arn:aws-us-gov:iam::123456789012:role/a/path/Automation',
        'arn:aws-cn:iam::123456789012:role/x',
      ],
      refused: ['', 'Automation', 'arn:aws:iam::12345:role/x', 'arn:aws:iam::123456789012:user/x'],
    },
  };

  it.each(Object.entries(document.parameters))(
    '%s is described, typed and bounded',
    (name, { type, description, allowedPattern, allowedValues, default: value }) => {
      const accepts = (given: string) =>
        allowedValues?.includes(given) ?? new RegExp(`^(?:${allowedPattern})$`).test(given);
      expect(type).toBe('String');
      expect(description).toMatch(
        value === undefined ? /^\(Required\) .+\.$/ : /^\(Optional\) .+\.$/,
      );
      expect(allowedPattern ?? allowedValues).toBeDefined();
      for (const given of [
        ...(values[name]?.accepted ?? []),
        ...(value === undefined ? [] : [value]),
      ])
        expect(accepts(given), `${name} takes ${JSON.stringify(given)}`).toBe(true);
      const refused = values[name]?.refused ?? [];
      expect(refused).not.toEqual([]);
      for (const given of refused)
        expect(accepts(given), `${name} refuses ${JSON.stringify(given)}`).toBe(false);
    },
  );
});
