import { readFileSync } from 'node:fs';
import {
  AutomationRulesFindingFieldsUpdate$,
  AutomationRulesFindingFilters$,
} from '@aws-sdk/client-securityhub';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { toFinding } from '../../../rule/security-hub/finding.ts';
import { asffBreaches } from '../../support/asff.ts';
import { at } from '../../support/build.ts';
import { findingSettings, inactiveRule, singleRule, violation } from '../../support/findings.ts';

const text = readFileSync(new URL('../../../docs/security-hub.md', import.meta.url), 'utf8');

/** The members that a structure of the SDK has. */
const membersOf = (schema: unknown): unknown => (schema as readonly unknown[])[4];

const optionOf = (name: string): unknown =>
  JSON.parse(new RegExp(`--${name} '([^']+)'`).exec(text)?.[1] ?? '');
const Filters = v.record(
  v.string(),
  v.array(v.strictObject({ Value: v.string(), Comparison: v.literal('EQUALS') })),
);

describe('docs/security-hub.md', () => {
  it('shows a finding as it is made', () => {
    const [, json = ''] = /```json\n([\s\S]*?)```/.exec(text) ?? [];
    const made = toFinding(violation(), findingSettings, { stored: undefined, at });
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(made)));
    expect(asffBreaches(JSON.parse(json))).toEqual([]);
  });

  it('has each requirement in a row of its own, in our order, with its source', () => {
    const rows = [...text.matchAll(/^\| (.+?) \| (.+?) \| \[.+?\]\(https:\/\/\S+?\)/gm)];
    expect(rows.map(([, requirement]) => requirement)).toEqual([
      ...singleRule.subject.requirements,
      ...inactiveRule.subject.requirements,
    ]);
    for (const { subject } of findingSettings.rules)
      expect(subject.requirements.length).toBeLessThanOrEqual(32);
  });

  it('suppresses exactly what Config says of the two rules, in members that the API has', () => {
    const criteria = v.parse(Filters, optionOf('criteria'));
    for (const name of Object.keys(criteria))
      expect(membersOf(AutomationRulesFindingFilters$)).toContain(name);
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
    for (const name of Object.keys(action?.FindingFieldsUpdate ?? {}))
      expect(membersOf(AutomationRulesFindingFieldsUpdate$)).toContain(name);
  });

  it('finds ours by the name that they have', () => {
    const { ProductName } = v.parse(Filters, optionOf('filters'));
    const made = toFinding(violation(), findingSettings, { stored: undefined, at });
    expect(ProductName?.map(({ Value }) => Value)).toEqual([made.ProductName]);
  });
});
