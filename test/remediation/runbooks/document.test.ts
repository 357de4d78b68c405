import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { parsePlannerInput } from '../../../remediation/plans/input.ts';
import { createDocuments } from '../../local-account/ssm/documents.ts';
import { contradictionsOf } from '../../support/parameter-examples.ts';
import { runs } from '../../support/property-runs.ts';
import { CONVENTIONS } from '../../support/runbook-conventions.ts';
import {
  documentOf,
  RUNBOOKS,
  type RunbookDocument,
  readRunbook,
} from '../../support/runbook-document.ts';
import { type Mutant, mutantsOf } from '../../support/runbook-mutants.ts';

const { create: createDocument } = createDocuments();
const create = (Content: unknown) =>
  createDocument({ Name: 'Runbook', Content, DocumentType: 'Automation' });

const errorOf = (act: () => unknown): unknown => {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
};

describe.each(RUNBOOKS)('the document $title', (runbook) => {
  const document = documentOf(runbook);
  const stepOf = (name: string) => document.mainSteps.find((step) => step.name === name);

  it('is accepted by the simulated account', () => {
    expect(() => create(document)).not.toThrow();
  });

  it.each(Object.entries(CONVENTIONS))('%s', (_, convention) => {
    convention(document, runbook);
  });

  it('leaves room for the names and ARNs that the deployment adds', () => {
    expect(Buffer.byteLength(JSON.stringify(document))).toBeLessThan(60 * 1024);
  });

  it('passes the planner an input that it parses', () => {
    const payload = Object(stepOf('Plan')?.inputs['InputPayload']);
    const defaults = Object.keys(payload).map((name) => [name, document.parameters[name]?.default]);
    const given = Object.fromEntries(defaults.filter(([, value]) => value !== undefined));

    const input = { ...payload, ...given, UserId: 'AIDAXXXXXXXXXXXXALICE' };

    expect(() => parsePlannerInput(input)).not.toThrow();
  });

  it('gives Verify and Report enough time although every call hangs', () => {
    const script = String(stepOf('Verify')?.inputs['Script']);
    const numberIn = (pattern: RegExp) => Number(pattern.exec(script)?.[1]);
    const attempt = numberIn(/connect_timeout=(\d+)/) + numberIn(/read_timeout=(\d+)/);
    const call = attempt * numberIn(/total_max_attempts': (\d+)/) + 1;
    const reading = numberIn(/VISIBLE_WITHIN_SECONDS = (\d+)/) + call;
    const settled = numberIn(/UNTIL_SETTLED = (\d+)/);
    const restoring = numberIn(/range\((\d+)\)/) * (call + numberIn(/BETWEEN_READS = (\d+)/));
    // A deactivation reads a second time and may restore the key. Each runbook may queue a message last.
    const more = runbook.act === 'Deactivate' ? settled + reading + restoring : 0;
    const longest = reading + more + call;

    expect(script.match(/boto3\.client\([^)]*\)/g)).toEqual([
      "boto3.client('sqs', config=CALLS)",
      "boto3.client('iam', config=CALLS)",
    ]);
    expect(longest).toBeGreaterThan(100);
    expect(stepOf('Verify')?.timeoutSeconds).toBeGreaterThan(longest);
    expect(stepOf('Report')?.timeoutSeconds).toBeGreaterThan(call);
  });

  const patterns = Object.entries(document.parameters).flatMap(([name, { allowedPattern }]) =>
    allowedPattern === undefined ? [] : [[name, allowedPattern] as const],
  );

  it.each(patterns)('has examples on both sides of every bound of %s', (name, pattern) => {
    const moved = [...pattern.matchAll(/(?<=[{,])\d+/g)].flatMap(({ 0: bound, index }) =>
      [Number(bound) - 1, Number(bound) + 1].map(
        (other) => pattern.slice(0, index) + other + pattern.slice(index + bound.length),
      ),
    );

    const patterns = ['^$', pattern.replace(/\$$/, '.*$'), ...moved];
    const missed = patterns.filter(
      (allowedPattern) => contradictionsOf(name, { allowedPattern }).length === 0,
    );

    // A number of days may be empty in two ways.
    expect(missed.filter((one) => !one.startsWith('^(\\d{0,2}|'))).toEqual([]);
  });
});

const [deactivation, reactivation, deletion] = [
  readRunbook('deactivate-access-key'),
  readRunbook('reactivate-access-key'),
  readRunbook('delete-inactive-access-key'),
];

describe('the documents', () => {
  it('state what is refused and what cannot be undone', () => {
    expect(reactivation.description).toMatch(
      /refuses[^.]*second active key[\s\S]*AllowSecondActiveKey/,
    );
    expect(deletion.description).toContain('cannot be undone');
    expect(deletion.description).toMatch(/race[\s\S]*is deleted nevertheless/);
  });

  it('with any JSON value in one place are accepted or refused as invalid', () => {
    const text = JSON.stringify(deactivation);
    let places = 0;
    JSON.parse(text, () => (places += 1));
    // The last place is the document itself.
    const property = fc.asyncProperty(fc.nat(places - 2), fc.jsonValue(), async (place, value) => {
      let index = 0;
      const document = JSON.parse(text, (_, member) => (index++ === place ? value : member));

      const error = errorOf(() => create(document));

      if (error !== undefined) expect(Object(error).code).toBe('InvalidDocumentContent');
    });
    return fc.assert(property, { numRuns: runs(50) });
  });
});

/** The text for people has no rules. */
const isText = ({ change, path }: Mutant) => change === 'rename' && /(^|\.)description$/.test(path);

describe('a document with one change', () => {
  const mutants = RUNBOOKS.filter(
    ({ act, approvers }) => act === 'Reactivate' || approvers !== undefined,
  ).flatMap((runbook) => mutantsOf(documentOf(runbook)).map((mutant) => ({ ...mutant, runbook })));
  const isRefused = ({ document }: Mutant) => errorOf(() => create(document)) !== undefined;
  const breaksConvention = ({ document, runbook }: (typeof mutants)[number]) =>
    Object.values(CONVENTIONS).some((convention) =>
      errorOf(() => convention(document as RunbookDocument, runbook)),
    );
  let accepted: typeof mutants;
  beforeAll(() => {
    accepted = mutants.filter((mutant) => !isRefused(mutant));
  });

  it('is refused by the simulated account in most cases', () => {
    expect(mutants.length).toBeGreaterThan(2500);
    expect(accepted.length / mutants.length).toBeLessThan(0.4);
  });

  it('breaks a convention in all other cases', () => {
    const missed = accepted.filter((mutant) => !isText(mutant) && !breaksConvention(mutant));

    expect(missed.map(({ change, path }) => `${change} ${path}`)).toEqual([]);
  });
});
