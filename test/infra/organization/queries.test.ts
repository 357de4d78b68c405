import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../../infra/functions/bundle.ts';
import { queriesOf } from '../../../infra/organization/queries.ts';

const configRuleName = 'iam-user-single-access-key';
const inactiveConfigRuleName = 'iam-user-inactive-access-key';
const names = { configRuleName, inactiveConfigRuleName };

const expressions = (given: Parameters<typeof queriesOf>[0]) =>
  Object.fromEntries(queriesOf(given).map(({ name, expression }) => [name, expression]));

const evaluated = (rule: string) =>
  `WHERE resourceType = 'AWS::Config::ResourceCompliance' AND configuration.targetResourceType = 'AWS::IAM::User' AND configuration.configRuleList.configRuleName = '${rule}'`;
const violating = (rule: string) =>
  `${evaluated(rule)} AND configuration.configRuleList.complianceType = 'NON_COMPLIANT'`;

describe('queriesOf', () => {
  it('counts violating users of each rule by account and lists them, and counts evaluated users', () => {
    const counted = (where: string) => `SELECT accountId, COUNT(*) ${where} GROUP BY accountId`;
    const listed = (where: string) =>
      `SELECT accountId, configuration.targetResourceId, configuration.configRuleList.configRuleName, configuration.configRuleList.complianceType ${where}`;
    const inactive = violating(inactiveConfigRuleName);
    expect(expressions(names)).toEqual({
      'iam-user-access-key-violations-by-account': counted(violating(configRuleName)),
      'iam-user-access-key-violations': listed(violating(configRuleName)),
      'iam-user-inactive-access-key-violations-by-account': counted(inactive),
      'iam-user-inactive-access-key-violations': listed(inactive),
      'iam-user-access-key-users-by-account': counted(evaluated(configRuleName)),
    });
  });

  it('lists users with the exemption tag if it is set', () => {
    const { 'iam-user-access-key-exemptions': expression } = expressions({
      ...names,
      exemptionTagKey: 'keys-until',
    });
    expect(expression).toBe(
      "SELECT accountId, resourceId, resourceName, tags WHERE resourceType = 'AWS::IAM::User' AND tags.key = 'keys-until'",
    );
  });

  it('describes each query', () => {
    const descriptions = queriesOf({ ...names, exemptionTagKey: 'k' }).map(
      ({ description }) => description,
    );
    expect(descriptions).toEqual([
      `Number of IAM users that ${configRuleName} evaluates and that violate it or another rule`,
      `IAM users that ${configRuleName} evaluates and that violate a rule, with the result of each rule`,
      `Number of IAM users that ${inactiveConfigRuleName} evaluates and that violate it or another rule`,
      `IAM users that ${inactiveConfigRuleName} evaluates and that violate a rule, with the result of each rule`,
      `Number of IAM users with a result of ${configRuleName}; an account without results is missing`,
      'IAM users with the exemption tag, whose value is the last day of the exemption',
    ]);
    expect(queriesOf(names)).toHaveLength(5);
  });

  it('quotes a name', () => {
    const { 'iam-user-access-key-exemptions': expression } = expressions({
      ...names,
      exemptionTagKey: "x' OR resourceType = 'AWS::IAM::Role",
    });
    expect(expression?.endsWith("tags.key = 'x'' OR resourceType = ''AWS::IAM::Role'")).toBe(true);
  });

  it('has the conditions that docs/organization.md uses', () => {
    const text = readFileSync(`${REPOSITORY}docs/organization.md`, 'utf8');
    expect(text).toContain(`configuration.configRuleList ${violating(configRuleName)}" |`);
  });

  it('uses only the SQL subset of AWS Config', () => {
    for (const { expression } of queriesOf({ ...names, exemptionTagKey: 'keys-until' }))
      expect(expression).not.toMatch(/\b(AS|DISTINCT|FROM|HAVING|JOIN|UNION|ORDER BY)\b/);
  });

  it('stays within the limits of AWS Config for the longest names', () => {
    const rules = { configRuleName: 'r'.repeat(64), inactiveConfigRuleName: 'i'.repeat(64) };
    const longest = { ...rules, exemptionTagKey: 't'.repeat(128) };
    for (const { name, description, expression } of queriesOf(longest)) {
      expect(name).toMatch(/^[a-zA-Z0-9-_]{1,64}$/);
      expect(description.length).toBeLessThanOrEqual(256);
      expect(expression.length).toBeLessThanOrEqual(4096);
    }
  });
});
