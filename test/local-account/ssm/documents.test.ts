import { describe, expect, it } from 'vitest';
import { fail, pass } from '../../support/runbook-account.ts';
import { createDocuments } from './documents.ts';

const ONE_ARGUMENT = 'def act(events):\n    pass';
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:Keys';

const createDocument = (content: unknown, more: object = {}) =>
  createDocuments().create({
    ...{ Name: 'Runbook', Content: content, DocumentType: 'Automation' },
    ...more,
  });

const withSteps = (mainSteps: unknown[], more: object = {}) => ({
  ...{ schemaVersion: '0.3', assumeRole: 'arn', mainSteps },
  ...more,
});
const create = (mainSteps: unknown[], more: object = {}) =>
  createDocument(withSteps(mainSteps, more)).content;

const branch = (name: string, ...targets: string[]) => ({
  name,
  action: 'aws:branch',
  inputs: {
    Choices: targets.map((NextStep) => ({ NextStep, Variable: 'a', StringEquals: 'b' })),
  },
});
const script = (more: object = {}, inputs: object = {}) => ({
  name: 'Script',
  action: 'aws:executeScript',
  inputs: {
    ...{ Runtime: 'python3.11', Handler: 'act', Script: 'def act(events, context):\n    pass' },
    ...inputs,
  },
  ...more,
});
const approve = (inputs: object = {}) => ({
  name: 'Approve',
  action: 'aws:approve',
  inputs: { Approvers: ['alice'], ...inputs },
});

describe('the content of a document', () => {
  it('may be YAML, JSON or an object', () => {
    const yaml =
      'schemaVersion: "0.3"\nassumeRole: arn\nmainSteps:\n- name: A\n  action: aws:sleep\n  inputs: {Duration: PT1S}\n';
    const content = withSteps([pass('A', { inputs: { Duration: 'PT1S' } })]);

    expect(createDocument(yaml).content).toEqual(createDocument(content).content);
    expect(createDocument(JSON.stringify(content)).content).toEqual(
      createDocument(content).content,
    );
  });

  it('may have at most 64 KB', () => {
    const empty = JSON.stringify(withSteps([pass('A')], { description: '' })).length;
    const sized = (bytes: number) => () =>
      create([pass('A')], { description: 'x'.repeat(bytes - empty) });

    expect(sized(65_536)).not.toThrow();
    expect(sized(65_537)).toThrow(/at most 65536 bytes, got 65537/);
  });

  it.each([
    ['text that is not YAML', 'a: [', /expected YAML or JSON/],
    ['another schemaVersion', withSteps([pass('A')], { schemaVersion: '2.2' }), /schemaVersion/],
    ['no assumeRole', withSteps([pass('A')], { assumeRole: '' }), /assumeRole/],
    ['an unknown section', withSteps([pass('A')], { variables: {} }), /variables/],
    ['no steps', withSteps([]), /mainSteps/],
    ['an unknown member of a step', withSteps([pass('A', { onCancel: 'Abort' })]), /onCancel/],
    ['an unknown action', withSteps([pass('A', { action: 'aws:x' })]), /the actions .* aws:x/],
    ['a long timeout', withSteps([fail('A', { timeoutSeconds: 26 })]), /at most 25, got 26/],
  ])('is refused with %s', (_, content, message) => {
    expect(() => createDocument(content)).toThrow(
      expect.objectContaining({
        code: 'InvalidDocumentContent',
        message: expect.stringMatching(message),
      }),
    );
  });

  it('may have the longest timeout of an action', () => {
    expect(() => create([fail('A', { timeoutSeconds: 25 })])).not.toThrow();
  });
});

describe('the name of a document', () => {
  it.each(['abc', 'n'.repeat(128), 'my.runbook_of-aws'])('may be %s', (Name) => {
    expect(createDocument(withSteps([pass('A')]), { Name }).Name).toBe(Name);
  });

  it.each(['ab', 'n'.repeat(129), 'a b', 'aws-runbook', 'AmazonRunbook', 'amzn_x'])(
    'must not be %s',
    (Name) => {
      expect(() => createDocument(withSteps([pass('A')]), { Name })).toThrow(/^expected /);
    },
  );
});

describe('the steps of a document', () => {
  it('may reach one step in two ways', () => {
    const steps = [branch('A', 'B', 'C'), pass('B', { nextStep: 'C' }), pass('C')];

    expect(() => create(steps)).not.toThrow();
  });

  it.each([
    ['one name twice', [pass('A'), pass('A')], /mainSteps: A is declared twice/],
    ['a missing nextStep', [pass('A', { nextStep: 'B' })], /A: there is no step B/],
    ['a missing step for failures', [pass('A', { onFailure: 'step:B' })], /A: there is no step B/],
    ['an unknown onFailure', [pass('A', { onFailure: 'Retry' })], /onFailure/],
    ['a missing step of a branch', [branch('A', 'B')], /A: there is no step B/],
    ['a loop', [pass('A'), pass('B', { nextStep: 'A' })], /B: leads back to the step A/],
    ['a loop after a failure', [pass('A'), pass('B', { onFailure: 'step:A' })], /leads back/],
    ['a loop through a branch', [pass('A'), branch('B', 'A')], /B: leads back to the step A/],
  ])('must not have %s', (_, steps, message) => {
    expect(() => create(steps)).toThrow(message);
  });
});

describe('a reference', () => {
  const outputs = [{ Name: 'Own', Selector: '$.Payload.Own', Type: 'String' }];
  const parameters = { UserName: { type: 'String' }, Names: { type: 'StringList' } };
  const refer = (UserName: string) => {
    const step = fail('Step', { inputs: { Service: 'iam', Api: 'GetUser', UserName } });
    return () => create([script({ outputs }), approve(), step], { parameters });
  };

  it.each([
    ['a parameter', '{{ UserName }}'],
    ['a parameter and a variable in one text', 'user-{{UserName}}-{{ global:REGION }}'],
    ['the execution', '{{ automation:EXECUTION_ID }}'],
    ['an output of the action', '{{ Script.Payload }}'],
    ['an output that the step declares', '{{ Script.Own }}'],
    ['the status of an approval', '{{ Approve.ApprovalStatus }}'],
    ['the decisions of an approval', '{{ Approve.ApproverDecisions }}'],
  ])('may name %s', (_, reference) => {
    expect(refer(reference)).not.toThrow();
  });

  it.each([
    ['{{ Missing }}', /Step: Missing is not declared/],
    ['{{ Script.Missing }}', /Step: Script.Missing is not declared/],
    ['{{ Approve.Comment }}', /Step: Approve.Comment is not declared/],
    ['{{ global:MISSING }}', /Step: global:MISSING is not declared/],
    ['{{ User-Name }}', /expected a reference such as/],
    ['{{ UserName', /expected a reference such as/],
  ])('must not be %s', (reference, message) => {
    expect(refer(reference)).toThrow(message);
  });

  it('must have the type that the input expects', () => {
    const given = (Approvers: string) => () => create([approve({ Approvers })], { parameters });

    expect(given('{{ Names }}')).not.toThrow();
    expect(given('{{ UserName }}')).toThrow(/Approve.inputs.Approvers: .*Expected Array/);
  });

  it('may stand for a text whose format is only known when the step runs', () => {
    const sleep = (Duration: string) => () =>
      create([pass('Sleep', { inputs: { Duration } })], { parameters });

    expect(sleep('{{ UserName }}')).not.toThrow();
    expect(sleep('text')).toThrow(/Sleep.inputs.Duration: expected a duration/);
  });
});

describe('the outputs of a document', () => {
  const output = { Name: 'Own', Selector: '$.Payload.Own', Type: 'String' };

  it('are outputs of its steps', () => {
    const steps = [script({ outputs: [output] })];

    expect(create(steps, { outputs: ['Script.Own', 'Script.Payload'] }).outputs).toHaveLength(2);
    expect(() => create(steps, { outputs: ['Script.Other'] })).toThrow(
      /outputs: Script.Other is not declared/,
    );
  });

  it('are declared once, by the document and by a step', () => {
    const twice = { outputs: ['Script.Own', 'Script.Own'] };

    expect(() => create([script({ outputs: [output] })], twice)).toThrow(
      /outputs: Script.Own is declared twice/,
    );
    expect(() => create([script({ outputs: [output, output] })])).toThrow(
      /Script.outputs: Own is declared twice/,
    );
    expect(() => create([script({ outputs: [{ ...output, Name: 'Payload' }] })])).toThrow(
      /Script.outputs: Payload is declared twice/,
    );
  });
});

describe('the inputs of a step', () => {
  const Choices = (...conditions: object[]) => ({
    name: 'Branch',
    action: 'aws:branch',
    inputs: { Choices: conditions.map((condition) => ({ NextStep: 'End', ...condition })) },
  });
  const text = { Variable: '{{ Text }}', StringEquals: 'a' };
  const names = (count: number) => Array.from({ length: count }, (_, index) => `user-${index}`);

  it.each([
    ['ten approvers', approve({ Approvers: names(10), MinRequiredApprovals: 10 })],
    ['a number as text', approve({ Approvers: names(10), MinRequiredApprovals: '10' })],
    ['the longest message', approve({ Message: 'x'.repeat(4096) })],
    ['a nested condition', Choices({ Or: [text, { Not: text }] })],
  ])('may have %s', (_, step) => {
    const parameters = { Text: { type: 'String' } };
    expect(() => create([step, pass('End')], { parameters })).not.toThrow();
  });

  it.each([
    ['no input that is required', { name: 'A', action: 'aws:sleep' }, /A.inputs.Duration: /],
    ['an unknown input', pass('A', { inputs: { Duration: 'PT1S', Until: 'noon' } }), /Until/],
    ['an unknown service', fail('A', { inputs: { Service: 'iamm', Api: 'GetUser' } }), /Service/],
    ['an unknown runtime', script({}, { Runtime: 'python3.8' }), /Script.inputs.Runtime/],
    ['a handler that the script lacks', script({}, { Handler: 'action' }), /defines the Handler/],
    ['a handler of one argument', script({}, { Script: ONE_ARGUMENT }), /defines the Handler/],
    ['no approvers', approve({ Approvers: [] }), /Approve.inputs.Approvers/],
    ['eleven approvers', approve({ Approvers: names(11) }), /Approve.inputs.Approvers/],
    ['an ARN of neither user nor role', approve({ Approvers: ['arn:aws:iam::1:x'] }), /Approvers/],
    ['fewer approvers than required', approve({ MinRequiredApprovals: 2 }), /at most the number/],
    ['fewer, as text', approve({ MinRequiredApprovals: '2' }), /at most the number/],
    ['another text', approve({ MinRequiredApprovals: 'all' }), /MinRequiredApprovals/],
    ['no required approval', approve({ MinRequiredApprovals: 0 }), /MinRequiredApprovals/],
    ['half a required approval', approve({ MinRequiredApprovals: 0.5 }), /MinRequiredApprovals/],
    ['a message that is too long', approve({ Message: 'x'.repeat(4097) }), /Message/],
    ['a topic of another name', approve({ NotificationArn: TOPIC }), /starts with Automation/],
    ['no choices', Choices(), /Branch.inputs.Choices/],
    ['an unknown operator', Choices({ Variable: 'a', StringMatches: 'x' }), /got StringMatches/],
    ['two operators in one condition', Choices({ ...text, StartsWith: 'a' }), /one operator/],
    ['no operator', Choices({ Variable: '{{ Text }}' }), /got nothing/],
    ['no variable', Choices({ StringEquals: 'a' }), /Expected string/],
    ['text compared with a number', Choices({ ...text, StringEquals: 3 }), /Expected string/],
    ['an error in a nested condition', Choices({ Or: [text, { Not: 'text' }] }), /Expected Object/],
  ])('must not have %s', (_, step, message) => {
    const parameters = { Text: { type: 'String' } };
    expect(() => create([step, pass('End')], { parameters })).toThrow(message);
  });
});
