import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Particulars, readDocument } from '../../../infra/runbooks/document.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'document-'));
  mkdirSync(join(folder, 'scripts'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const values = { Planner: 'planner-1', Approvers: ['alice', 'bob'], Topic: undefined };

const read = (text: string, particulars: Particulars = { values }) => {
  const path = join(folder, 'document.yaml');
  writeFileSync(path, text);
  return readDocument(path, particulars);
};
const script = (name: string, text: string) => writeFileSync(join(folder, 'scripts', name), text);
/** A document with this beside its one step. */
const withStep = (text: string) => `schemaVersion: '0.3'\n${text}\nmainSteps:\n  - name: Only\n`;
const mainSteps = [{ name: 'Only' }];

describe('an Automation document', () => {
  it('gets its values wherever their placeholders stand', () => {
    expect(read(withStep('a: ${Planner}\nb:\n  - c: before ${Planner} and ${Planner}'))).toEqual({
      schemaVersion: '0.3',
      a: 'planner-1',
      b: [{ c: 'before planner-1 and planner-1' }],
      mainSteps,
    });
  });

  it('gets a list where its placeholder is the entire text, and no member where there is no value', () => {
    expect(read(withStep('a: ${Approvers}\nb: ${Topic}'))).toEqual({
      schemaVersion: '0.3',
      a: ['alice', 'bob'],
      mainSteps,
    });
  });

  it.each(['Approvers', 'Topic'])('is refused with ${%s} in the middle of a text', (name) => {
    expect(() => read(withStep(`a: to \${${name}}`))).toThrow(
      `\${${name}} is no text: it must be the entire value`,
    );
  });

  it('keeps its types, its references and its own dollar signs', () => {
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
    'is refused with the placeholder ${%s}, which nobody fills',
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
  ])('is refused when it is none: %j', (text, got) => {
    expect(() => read(text)).toThrow(`expected a document with schemaVersion '0.3', got ${got}`);
  });
});

describe('a script', () => {
  it('stands in the document as it is written, dollar signs and all', () => {
    script('act.py', "def act(events, context):\n    return f'${Planner} {events}'\n");
    expect(read(withStep('a: ${act.py}'))).toMatchObject({
      a: "def act(events, context):\n    return f'${Planner} {events}'",
    });
  });

  it('must not contain what Systems Manager would take for a reference', () => {
    script('braces.py', "print(f'{{literal}}')\n");
    expect(() => read(withStep('a: ${braces.py}'))).toThrow(
      /braces\.py: a script must not contain \{\{, which Systems Manager resolves$/,
    );
  });
});
