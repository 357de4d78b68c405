import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type DocumentInput,
  leaveOutSteps,
  type Options,
  readDocument,
} from '../../../infra/runbooks/document.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'document-'));
  mkdirSync(join(folder, 'scripts'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const values = { Planner: 'planner-1', Approvers: ['alice', 'bob'], Topic: undefined };

const read = (text: string, input: DocumentInput = { values }) => {
  const path = join(folder, 'document.yaml');
  writeFileSync(path, text);
  return readDocument(path, input);
};
const script = (name: string, text: string) => writeFileSync(join(folder, 'scripts', name), text);
/** A document with one step and further members. */
const withStep = (text: string) => `schemaVersion: '0.3'\n${text}\nmainSteps:\n  - name: Only\n`;
const mainSteps = [{ name: 'Only' }];

describe('an Automation document', () => {
  it('gets its values in place of their placeholders', () => {
    expect(read(withStep('a: ${Planner}\nb:\n  - c: before ${Planner} and ${Planner}'))).toEqual({
      schemaVersion: '0.3',
      a: 'planner-1',
      b: [{ c: 'before planner-1 and planner-1' }],
      mainSteps,
    });
  });

  it('gets a list for a placeholder that is the entire text, and loses a member without a value', () => {
    expect(read(withStep('a: ${Approvers}\nb: ${Topic}'))).toEqual({
      schemaVersion: '0.3',
      a: ['alice', 'bob'],
      mainSteps,
    });
  });

  it.each(['Approvers', 'Topic'])('is refused with ${%s} in the middle of a text', (name) => {
    expect(() => read(withStep(`a: to \${${name}}`))).toThrow(
      `\${${name}} must be the entire text, because its value is not a string`,
    );
  });

  it('keeps types, references and other dollar signs', () => {
    const text = "n: 25\nt: 'true'\nf: false\nr: '{{ Plan.Payload }}'\ns: $.Payload.Outcome";

    expect(read(withStep(text))).toEqual({
      schemaVersion: '0.3',
      n: 25,
      t: 'true',
      f: false,
      r: '{{ Plan.Payload }}',
      s: '$.Payload.Outcome',
      mainSteps,
    });
  });

  it.each(['Plannner', 'toString', 'no_such_script.py'])(
    'is refused with the unknown placeholder ${%s}',
    (name) => {
      expect(() => read(`a: \${${name}}`)).toThrow(
        `document.yaml: unknown placeholder \${${name}}, expected a script or one of Planner, Approvers, Topic`,
      );
    },
  );

  it.each([
    ['- a list', '["a list"]'],
    ['a text', '"a text"'],
    ['', 'null'],
    ["schemaVersion: '2.2'\nmainSteps: []", '{"schemaVersion":"2.2","mainSteps":[]}'],
    ['schemaVersion: 0.3\nmainSteps: []', '{"schemaVersion":0.3,"mainSteps":[]}'],
    ["schemaVersion: '0.3'", '{"schemaVersion":"0.3"}'],
  ])('is refused with the content %j', (text, got) => {
    expect(() => read(text)).toThrow(`expected a document with schemaVersion '0.3', got ${got}`);
  });
});

describe('a script', () => {
  it('becomes part of the document unchanged, with its dollar signs', () => {
    script('act.py', "def act(events, context):\n    return f'${Planner} {events}'\n");
    expect(read(withStep('a: ${act.py}'))).toMatchObject({
      a: "def act(events, context):\n    return f'${Planner} {events}'",
    });
  });

  it('must not contain braces that Systems Manager reads as a reference', () => {
    script('braces.py', "print(f'{{literal}}')\n");
    expect(() => read(withStep('a: ${braces.py}'))).toThrow(
      /braces\.py: a script must not contain \{\{, which Systems Manager resolves$/,
    );
  });
});

const branch = (NextStep: string, Default: string) => ({
  name: 'Decide',
  inputs: { Choices: [{ NextStep, And: [{ Variable: 'Ask', StringEquals: 'Ask' }] }], Default },
});
const withOptions = {
  schemaVersion: '0.3',
  mainSteps: [
    branch('Ask', 'AskAgain'),
    { name: 'Ask', onlyWith: 'Approval', nextStep: 'AskAgain' },
    { name: 'AskAgain', onlyWith: 'Approval', nextStep: 'Write' },
    { name: 'Write', onFailure: 'step:AskAgain', nextStep: 'Ask' },
    { name: 'Report', onFailure: 'Abort', isEnd: true },
  ],
};

describe('the steps with onlyWith', () => {
  it('stay without the member onlyWith when their option is chosen', () => {
    expect(leaveOutSteps(withOptions, { Approval: true })).toEqual({
      schemaVersion: '0.3',
      mainSteps: withOptions.mainSteps.map((step) => {
        const { onlyWith: _, ...rest } = { onlyWith: undefined, ...step };
        return rest;
      }),
    });
  });

  it('are left out otherwise, and their names are replaced by the next included step', () => {
    expect(leaveOutSteps(withOptions, { Approval: false })).toEqual({
      schemaVersion: '0.3',
      mainSteps: [
        branch('Write', 'Write'),
        { name: 'Write', onFailure: 'step:Write', nextStep: 'Write' },
        { name: 'Report', onFailure: 'Abort', isEnd: true },
      ],
    });
  });

  it('leave the name of a missing step unchanged, which Systems Manager refuses', () => {
    const mainSteps = [{ name: 'Write', nextStep: 'Gone', onFailure: 'step:Gone' }];
    expect(leaveOutSteps({ mainSteps }, {})).toEqual({ mainSteps });
  });

  it.each<[Options | undefined]>([
    [{}],
    [{ Other: true }],
    [{ Other: true, More: false }],
    [undefined],
  ])('must name one of the options %j', (options) => {
    expect(() => leaveOutSteps(withOptions, options)).toThrow(
      `Ask: unknown option "Approval", expected ${Object.keys(options ?? {}).join(', ') || 'none'}`,
    );
  });

  it('are not replaced in other members and in values that are not text', () => {
    const step = {
      name: 'Write',
      onFailure: 'step:Ask\nstep:Ask',
      description: 'step:Ask',
      onCancel: 'another step:Ask',
      inputs: { Value: null, Count: 1 },
    };
    const mainSteps = [{ name: 'Ask', onlyWith: 'Approval' }, step];
    expect(leaveOutSteps({ mainSteps }, { Approval: false })).toEqual({ mainSteps: [step] });
  });

  it('must have a step after them', () => {
    const mainSteps = [{ name: 'Ask', onlyWith: 'Approval' }];
    expect(() => leaveOutSteps({ mainSteps }, { Approval: false })).toThrow(
      'Ask: expected an included step after a step that is left out, got none',
    );
  });
});
