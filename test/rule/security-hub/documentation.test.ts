import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { toFinding } from '../../../rule/security-hub/finding.ts';
import { asffBreaches } from '../../support/asff.ts';
import { at } from '../../support/build.ts';
import { findingSettings, inactiveRule, singleRule, violation } from '../../support/findings.ts';

const text = readFileSync(new URL('../../../docs/security-hub.md', import.meta.url), 'utf8');

const optionOf = (name: string): unknown =>
  JSON.parse(new RegExp(`--${name} '([^']+)'`).exec(text)?.[1] ?? '');
const Filters = v.record(
  v.string(),
  v.array(v.strictObject({ Value: v.string(), Comparison: v.literal('EQUALS') })),
);

describe('docs/security-hub.md', () => {
  it('shows a finding as toFinding makes it', () => {
    const [, json = ''] = /```json\n([\s\S]*?)```/.exec(text) ?? [];
    const made = toFinding(violation(), findingSettings, { stored: undefined, at });
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(made)));
    expect(asffBreaches(JSON.parse(json))).toEqual([]);
  });

  it('has a row with a source for each requirement, in our order', () => {
    const rows = [...text.matchAll(/^\| (.+?) \| (.+?) \| \[.+?\]\(https:\/\/\S+?\)/gm)];
    expect(rows.map(([, requirement]) => requirement)).toEqual([
      ...singleRule.text.requirements,
      ...inactiveRule.text.requirements,
    ]);
    for (const { text: findingText } of findingSettings.rules)
      expect(findingText.requirements.length).toBeLessThanOrEqual(32);
  });

  it('names no version of CIS that has no such requirement', () => {
    const cis = singleRule.text.requirements.filter((requirement) => requirement.startsWith('CIS'));
    expect(cis.at(-1)).toBe('CIS AWS Foundations Benchmark v6.0.0/2.12');
    expect(cis.join()).not.toMatch(/v7/);
    expect(inactiveRule.text.requirements.join()).not.toMatch(/CIS/);
  });

  it('suppresses only the findings of Config for the two rules', () => {
    const criteria = v.parse(Filters, optionOf('criteria'));
    expect(criteria['ProductName']?.map(({ Value }) => Value)).toEqual(['Config']);
    expect(criteria['Title']?.map(({ Value }) => Value)).toEqual(
      findingSettings.rules.map(({ name }) => name),
    );
    const [action, ...others] = optionOf('actions') as {
      Type: string;
      FindingFieldsUpdate: object;
    }[];
    expect(others).toEqual([]);
    expect(action).toMatchObject({
      Type: 'FINDING_FIELDS_UPDATE',
      FindingFieldsUpdate: { Workflow: { Status: 'SUPPRESSED' } },
    });
  });

  it('finds our findings by their product name', () => {
    const { ProductName } = v.parse(Filters, optionOf('filters'));
    const made = toFinding(violation(), findingSettings, { stored: undefined, at });
    expect(ProductName?.map(({ Value }) => Value)).toEqual([made.ProductName]);
  });
});
