import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  GetFindingsAnswer,
  isOurs,
  StoredFinding,
} from '../../../rule/security-hub/security-hub.ts';

const finding = {
  Id: 'arn:aws:config:us-east-1:123456789012:config-rule/config-rule-1/user/AIDA1',
  GeneratorId: 'arn:aws:config:us-east-1:123456789012:config-rule/config-rule-1',
  CreatedAt: '2026-01-02T00:00:00.000Z',
  Types: ['Software and Configuration Checks/AWS Security Best Practices'],
  Title: 'IAM user alice has more access keys than allowed',
  Description: '2 active access keys, 1 allowed.',
  Resources: [{ Type: 'AwsIamUser', Id: 'alice', Partition: 'aws' }],
};
const readPage = (Findings: unknown, more: object = {}) =>
  v.parse(GetFindingsAnswer, { Findings, ...more });
const read = (given: unknown) => v.parse(StoredFinding, given);

describe('a page of GetFindings', () => {
  const theirs = { Id: 'arn:aws:config:x/finding/1', GeneratorId: 'arn:aws:config:x' };

  it('has findings of anybody as they are, and where it goes on', () => {
    expect(readPage([finding, theirs], { NextToken: 't' })).toEqual({
      Findings: [finding, theirs],
      NextToken: 't',
    });
    expect(readPage([])).toEqual({ Findings: [] });
  });

  it.each([
    ['no findings', undefined],
    ['a finding without an id', [{ GeneratorId: finding.GeneratorId }]],
    ['a finding of nobody', [{ Id: finding.Id }]],
  ])('is none with %s', (_, findings) => {
    expect(() => readPage(findings)).toThrow();
  });

  it('has ours by their ids', () => {
    expect([finding, theirs, { ...finding, Id: 'x' }].map(isOurs)).toEqual([true, false, false]);
  });
});

describe('a finding of ours', () => {
  it('is ACTIVE unless it says otherwise, its resources whole, and has no more members than are taken up', () => {
    expect(read({ ...finding, Confidence: 99 })).toEqual({ ...finding, RecordState: 'ACTIVE' });
    for (const RecordState of ['ACTIVE', 'ARCHIVED'])
      expect(read({ ...finding, RecordState })).toEqual({ ...finding, RecordState });
  });

  it('may be without types or requirements', () => {
    const without = { ...finding, Types: undefined, Compliance: { Status: 'PASSED' } };
    expect(read(without)).toMatchObject({ Types: [], Compliance: { RelatedRequirements: [] } });
  });

  it.each(Object.keys(finding).filter((name) => name !== 'Types'))('is none without %s', (name) => {
    const without = Object.entries(finding).filter(([member]) => member !== name);
    expect(() => read(Object.fromEntries(without))).toThrow();
  });

  it.each([
    ['another record state', { RecordState: 'OPEN' }],
    ['a resource without an id', { Resources: [{ Type: 'AwsIamUser' }] }],
    ['a resource without a type', { Resources: [{ Id: 'alice' }] }],
    ['a product field that is no text', { ProductFields: { UserId: 1 } }],
  ])('is none with %s', (_, members) => {
    expect(() => read({ ...finding, ...members })).toThrow();
  });
});
