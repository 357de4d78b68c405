import { describe, expect, it } from 'vitest';
import { readRunbook } from '../../support/runbook-document.ts';

const SHARED = ['UserId', 'AccessKeyId', 'DryRun', 'ConfigRuleName', 'NotificationTopicArn'];
const DOCUMENTS = [
  ['deactivate-access-key', 'MinimumIdleDays', 'iam-user-single-access-key'],
  ['reactivate-access-key', 'AllowSecondActiveKey', 'iam-user-single-access-key'],
  ['delete-inactive-access-key', 'MinimumInactiveDays', 'iam-user-inactive-access-key'],
] as const;

const VALUES: Record<string, { accepted: string[]; refused: string[] }> = {
  UserId: {
    accepted: ['AIDAQO5QBPYFF4ULQRVCE', 'XYZAQO5QBPYFF4ULQRVCE', 'A'.repeat(128)],
    refused: [
      '',
      'alice',
      'AIDA QO5QBPYFF4ULQ',
      'A'.repeat(15),
      'A'.repeat(129),
      'AIDA/QO5QBPYFF4ULQ',
    ],
  },
  AccessKeyId: {
    accepted: ['', 'AKIAIOSFODNN7EXAMPLE'],
    refused: ['AKIA', 'AKIAIOSFODNN7-EXAMPLE', 'A'.repeat(129)],
  },
  MinimumIdleDays: {
    accepted: ['', '0', '7', '99', '100', '299', '300', '359', '365'],
    refused: ['-1', '366', '400', '1000', '7.5', 'seven', ' 7'],
  },
  AllowSecondActiveKey: { accepted: ['true', 'false'], refused: ['', 'yes', 'True'] },
  MinimumInactiveDays: {
    accepted: ['', '1', '9', '10', '30', '89', '90'],
    refused: ['0', '00', '91', '100', '-1', '7.5', 'seven', ' 7', '07'],
  },
  DryRun: { accepted: ['true', 'false'], refused: ['', 'yes', 'True'] },
  ConfigRuleName: {
    accepted: ['iam-user-single-access-key', 'A_1', 'a'.repeat(128)],
    refused: ['', 'a b', 'a'.repeat(129), 'arn:aws:config'],
  },
  NotificationTopicArn: {
    accepted: [
      '',
      'arn:aws:sns:us-east-1:123456789012:keys',
      'arn:aws-cn:sns:cn-north-1:123456789012:a_b-c',
    ],
    refused: [
      'keys',
      'arn:aws:sns:us-east-1:123456789012:keys.fifo',
      'arn:aws:sqs:us-east-1:123456789012:keys',
    ],
  },
  AutomationAssumeRole: {
    accepted: [
      'arn:aws:iam::123456789012:role/Automation',
      'arn:aws-us-gov:iam::123456789012:role/a/path/Automation',
      'arn:aws-cn:iam::123456789012:role/x',
    ],
    refused: ['', 'Automation', 'arn:aws:iam::12345:role/x', 'arn:aws:iam::123456789012:user/x'],
  },
};

describe.each(DOCUMENTS)('the parameters of %s', (file, own, rule) => {
  const { parameters } = readRunbook(file);

  it('are those that all documents have, and its own', () => {
    const names = [...SHARED, 'AutomationAssumeRole', own];
    expect(Object.keys(parameters).toSorted()).toEqual(names.toSorted());
  });

  it('decide by the rule of the stack unless somebody names another', () => {
    expect(parameters['ConfigRuleName']?.default).toBe(rule);
  });

  it.each(Object.entries(parameters))(
    '%s is described, typed and bounded',
    (name, { type, description, allowedPattern, allowedValues, default: value }) => {
      const accepts = (given: string) =>
        allowedValues?.includes(given) ?? new RegExp(`^(?:${allowedPattern})$`).test(given);
      expect(type).toBe('String');
      expect(description).toMatch(
        value === undefined ? /^\(Required\) .+\.$/ : /^\(Optional\) .+\.$/,
      );
      expect(allowedPattern ?? allowedValues).toBeDefined();
      for (const given of [
        ...(VALUES[name]?.accepted ?? []),
        ...(value === undefined ? [] : [value]),
      ])
        expect(accepts(given), `${name} takes ${JSON.stringify(given)}`).toBe(true);
      const refused = VALUES[name]?.refused ?? [];
      expect(refused).not.toEqual([]);
      for (const given of refused)
        expect(accepts(given), `${name} refuses ${JSON.stringify(given)}`).toBe(false);
    },
  );
});
