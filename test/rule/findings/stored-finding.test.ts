import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { GetFindingsAnswer } from '../../../rule/findings/stored-finding.ts';

const finding = {
  Id: 'arn:aws:config:us-east-1:123456789012:config-rule/config-rule-1/user/AIDA1',
  GeneratorId: 'arn:aws:config:us-east-1:123456789012:config-rule/config-rule-1',
  CreatedAt: '2026-01-02T00:00:00.000Z',
  Types: ['Software and Configuration Checks/AWS Security Best Practices'],
  Title: 'IAM user alice has more access keys than allowed',
  Description: '2 active access keys, 1 allowed.',
  Resources: [{ Type: 'AwsIamUser', Id: 'alice', Partition: 'aws' }],
};
const read = (Findings: unknown, more: object = {}) =>
  v.parse(GetFindingsAnswer, { Findings, ...more });

describe('a page of GetFindings', () => {
  it('has findings, ACTIVE unless they say otherwise, their resources whole, and no more members than are taken up', () => {
    expect(read([{ ...finding, Confidence: 99 }])).toEqual({
      Findings: [{ ...finding, RecordState: 'ACTIVE' }],
    });
    const RecordState = 'ARCHIVED';
    expect(read([{ ...finding, RecordState }], { NextToken: 't' })).toEqual({
      Findings: [{ ...finding, RecordState }],
      NextToken: 't',
    });
    expect(read([{ ...finding, RecordState: 'ACTIVE' }]).Findings[0]?.RecordState).toBe('ACTIVE');
  });

  it('has a finding without types or requirements', () => {
    const without = { ...finding, Types: undefined, Compliance: { Status: 'PASSED' } };
    expect(read([without]).Findings).toMatchObject([
      { Types: [], Compliance: { RelatedRequirements: [] } },
    ]);
  });

  it.each(Object.keys(finding).filter((name) => name !== 'Types'))(
    'has no finding without %s',
    (name) => {
      const without = Object.entries(finding).filter(([member]) => member !== name);
      expect(() => read([finding, Object.fromEntries(without)])).toThrow();
    },
  );

  it.each([
    ['another record state', [{ ...finding, RecordState: 'OPEN' }]],
    ['a resource without an id', [{ ...finding, Resources: [{ Type: 'AwsIamUser' }] }]],
    ['a resource without a type', [{ ...finding, Resources: [{ Id: 'alice' }] }]],
    ['a product field that is no text', [{ ...finding, ProductFields: { UserId: 1 } }]],
    ['no findings', undefined],
  ])('is none with %s', (_, findings) => {
    expect(() => read(findings)).toThrow();
  });
});
