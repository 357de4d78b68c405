import { describe, expect, it } from 'vitest';
import { fail, pass } from '../../support/runbook-account.ts';
import { requireRunnable } from './check-document.ts';
import { parseDocument } from './document.ts';

const take =
  (mainSteps: unknown[], more: Record<string, unknown> = {}) =>
  () =>
    requireRunnable(parseDocument({ schemaVersion: '0.3', assumeRole: 'arn', mainSteps, ...more }));

const branch = (name: string, ...targets: string[]) => ({
  name,
  action: 'aws:branch',
  inputs: {
    Choices: targets.map((NextStep) => ({ NextStep, Variable: 'a', StringEquals: 'b' })),
  },
});

const referring = (UserName: string) =>
  fail('Step', { inputs: { Service: 'iam', Api: 'GetUser', UserName } });

describe('a document', () => {
  it('may be YAML, JSON or an object', () => {
    const yaml =
      'schemaVersion: "0.3"\nassumeRole: arn\nmainSteps:\n- name: A\n  action: aws:sleep\n';
    const content = {
      schemaVersion: '0.3',
      assumeRole: 'arn',
      mainSteps: [{ name: 'A', action: 'aws:sleep' }],
    };

    expect(parseDocument(yaml)).toEqual(parseDocument(content));
    expect(parseDocument(JSON.stringify(content))).toEqual(parseDocument(content));
  });

  it('may have at most 64 KB', () => {
    const frame = JSON.stringify({
      schemaVersion: '0.3',
      description: '',
      assumeRole: 'arn',
      mainSteps: [pass('A')],
    }).length;
    const sized = (bytes: number) => take([pass('A')], { description: 'x'.repeat(bytes - frame) });

    expect(sized(65_536)).not.toThrow();
    expect(sized(65_537)).toThrow(/at most 65536 bytes, got 65537/);
  });

  it('may lead two ways to the same step', () => {
    expect(take([branch('A', 'B', 'C'), pass('B', { nextStep: 'C' }), pass('C')])).not.toThrow();
  });

  it.each([
    ['another schemaVersion', take([pass('A')], { schemaVersion: '2.2' }), /schemaVersion/],
    ['a section that is unknown', take([pass('A')], { variables: {} }), /variables/],
    ['no steps', take([]), /mainSteps/],
    ['a key of a step that is unknown', take([pass('A', { onCancel: 'Abort' })]), /onCancel/],
    [
      'an action that is unknown',
      take([{ name: 'A', action: 'aws:runCommand' }]),
      /A: unknown action aws:runCommand/,
    ],
    ['two steps of one name', take([pass('A'), pass('A')]), /A: two steps have this name/],
    [
      'a nextStep that does not exist',
      take([pass('A', { nextStep: 'B' })]),
      /A: there is no step B/,
    ],
    [
      'an onFailure that does not exist',
      take([pass('A', { onFailure: 'step:B' })]),
      /A: there is no step B/,
    ],
    ['an onFailure that is unknown', take([pass('A', { onFailure: 'Retry' })]), /onFailure/],
    ['a branch to a step that does not exist', take([branch('A', 'B')]), /A: there is no step B/],
    ['a branch without choices', take([branch('A')]), /A: /],
    ['steps that lead back', take([pass('A'), pass('B', { nextStep: 'A' })]), /B: leads back to A/],
    [
      'a failure that leads back',
      take([pass('A'), pass('B', { onFailure: 'step:A' })]),
      /leads back to A/,
    ],
    ['a branch that leads back', take([pass('A'), branch('B', 'A')]), /B: leads back to A/],
    [
      'an output of a step that has none',
      take([pass('A')], { outputs: ['A.Out'] }),
      /nothing is called A.Out/,
    ],
  ])('with %s is refused', (_, run, message) => {
    expect(run).toThrow(message);
  });

  it.each([
    ['{{ UserName }}', 'a parameter'],
    ['user-{{UserName}}-{{ global:REGION }}', 'a parameter and a variable'],
    ['{{ automation:EXECUTION_ID }}', 'the execution'],
    ['{{ Before.Payload }}', 'an output that the action has'],
    ['{{ Before.Own }}', 'an output that the step declares'],
    ['{{ Ask.ApprovalStatus }}', 'the status of an approval'],
    ['{{ Ask.ApproverDecisions }}', 'the decisions of an approval'],
  ])('may refer with %s to %s', (reference) => {
    expect(take([before, ask, referring(reference)], { parameters })).not.toThrow();
  });

  it.each([
    ['{{ Nobody }}', /Step: nothing is called Nobody/],
    ['{{ Before.Nobody }}', /nothing is called Before.Nobody/],
    ['{{ Ask.Comment }}', /nothing is called Ask.Comment/],
    ['{{ global:NOBODY }}', /nothing is called global:NOBODY/],
    ['{{ User-Name }}', /expected a reference such as/],
    ['{{ UserName', /expected a reference such as/],
  ])('may not say %s', (reference, message) => {
    expect(take([before, ask, referring(reference)], { parameters })).toThrow(message);
  });
});

const parameters = { UserName: { type: 'String' } };
const ask = { name: 'Ask', action: 'aws:approve', inputs: { Approvers: ['operator'] } };
const before = {
  name: 'Before',
  action: 'aws:executeScript',
  inputs: { Runtime: 'python3.11', Handler: 'handler', Script: 'pass' },
  outputs: [{ Name: 'Own', Selector: '$.Payload.Own', Type: 'String' }],
};
