import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDocument } from '../../infra/document.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'document-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string, values: Record<string, string> = { Planner: 'planner-1' }) => {
  const path = join(folder, 'document.yaml');
  writeFileSync(path, text);
  return readDocument(path, values);
};

describe('an Automation document', () => {
  it('gets its values wherever their placeholders stand', () => {
    const text =
      "schemaVersion: '0.3'\na: ${Planner}\nb:\n  - c: before ${Planner} and ${Planner}\n";

    expect(read(text)).toEqual({
      schemaVersion: '0.3',
      a: 'planner-1',
      b: [{ c: 'before planner-1 and planner-1' }],
    });
  });

  it('keeps its types, its references and its own dollar signs', () => {
    const text =
      "schemaVersion: '0.3'\nn: 25\nt: 'true'\nf: false\nr: '{{ Plan.Payload }}'\ns: $.Payload.Outcome\n";

    expect(read(text)).toEqual({
      schemaVersion: '0.3',
      n: 25,
      t: 'true',
      f: false,
      r: '{{ Plan.Payload }}',
      s: '$.Payload.Outcome',
    });
  });

  it('is refused with a placeholder that nobody fills', () => {
    expect(() => read('a: ${Plannner}')).toThrow(
      /document\.yaml: unknown placeholder \$\{Plannner\}, expected one of Planner$/,
    );
  });

  it.each([
    ['- a list', '["a list"]'],
    ['a text', '"a text"'],
    ['', 'null'],
    ["schemaVersion: '2.2'", '{"schemaVersion":"2.2"}'],
    ['schemaVersion: 0.3', '{"schemaVersion":0.3}'],
  ])('is refused when it is none: %j', (text, got) => {
    expect(() => read(text)).toThrow(`expected a document with schemaVersion '0.3', got ${got}`);
  });
});
