import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../../infra/functions/bundle.ts';
import { queriesOf } from '../../../infra/organization/queries.ts';

const configRuleName = 'iam-user-single-access-key';

const expressions = (names: Parameters<typeof queriesOf>[0]) =>
  Object.fromEntries(queriesOf(names).map(({ name, expression }) => [name, expression]));

const violating =
  "WHERE resourceType = 'AWS::Config::ResourceCompliance' AND configuration.targetResourceType = 'AWS::IAM::User' AND configuration.configRuleList.configRuleName = 'iam-user-single-access-key' AND configuration.configRuleList.complianceType = 'NON_COMPLIANT'";

describe('queriesOf', () => {
  it('counts violating users by account and lists them', () => {
    expect(expressions({ configRuleName })).toEqual({
      'iam-user-access-key-violations-by-account': `SELECT accountId, COUNT(*) ${violating} GROUP BY accountId`,
      'iam-user-access-key-violations': `SELECT accountId, configuration.targetResourceId, configuration.configRuleList.configRuleName, configuration.configRuleList.complianceType ${violating}`,
    });
  });

  it('lists users with the exemption tag if it is set', () => {
    const { 'iam-user-access-key-exemptions': expression } = expressions({
      configRuleName,
      exemptionTagKey: 'keys-until',
    });
    expect(expression).toBe(
      "SELECT accountId, resourceId, resourceName, tags WHERE resourceType = 'AWS::IAM::User' AND tags.key = 'keys-until'",
    );
  });

  it('describes each query', () => {
    const descriptions = queriesOf({ configRuleName, exemptionTagKey: 'k' }).map(
      ({ description }) => description,
    );
    expect(descriptions).toEqual([
      `Number of IAM users that ${configRuleName} evaluates and that violate it or another rule`,
      `IAM users that ${configRuleName} evaluates and that violate a rule, with the result of each rule`,
      'IAM users with the exemption tag, whose value is the last day of the exemption',
    ]);
    expect(queriesOf({ configRuleName })).toHaveLength(2);
  });

  it('quotes a name', () => {
    const { 'iam-user-access-key-exemptions': expression } = expressions({
      configRuleName,
      exemptionTagKey: "x' OR resourceType = 'AWS::IAM::Role",
    });
    expect(expression?.endsWith("tags.key = 'x'' OR resourceType = ''AWS::IAM::Role'")).toBe(true);
  });

  it('has the conditions that docs/organization.md uses', () => {
    const text = readFileSync(`${REPOSITORY}docs/organization.md`, 'utf8');
    expect(text).toContain(`configuration.configRuleList ${violating}" |`);
  });

  it('uses only the SQL subset of AWS Config', () => {
    for (const { expression } of queriesOf({ configRuleName, exemptionTagKey: 'keys-until' }))
      expect(expression).not.toMatch(/\b(AS|DISTINCT|FROM|HAVING|JOIN|UNION|ORDER BY)\b/);
  });

  it('stays within the limits of AWS Config for the longest names', () => {
    const longest = { configRuleName: 'r'.repeat(64), exemptionTagKey: 't'.repeat(128) };
    for (const { name, description, expression } of queriesOf(longest)) {
      expect(name).toMatch(/^[a-zA-Z0-9-_]{1,64}$/);
      expect(description.length).toBeLessThanOrEqual(256);
      expect(expression.length).toBeLessThanOrEqual(4096);
    }
  });
});
