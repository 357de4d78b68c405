import type { Parameter } from './content.ts';

type Examples = { readonly accepted: readonly string[]; readonly refused: readonly string[] };

const IDENTIFIER: Examples = {
  accepted: ['AIDACKCEVSQ6C2EXAMPLE', 'A'.repeat(16), `${'z_9'.repeat(42)}_9`],
  refused: [
    'alice',
    'A'.repeat(15),
    'A'.repeat(129),
    'AIDACKCEVSQ6C2 EXAMPLE',
    'AIDA-CKCEVSQ6C2EXAMPLE',
  ],
};
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:';
const ROLE = 'arn:aws:iam::123456789012:role/';
const YES_OR_NO: Examples = { accepted: ['true', 'false'], refused: ['', 'True', 'yes', 'true '] };

/** Values that each parameter must take and must refuse, beside what no parameter may take. */
const EXAMPLES: Readonly<Record<string, Examples>> = {
  UserId: { ...IDENTIFIER, refused: [...IDENTIFIER.refused, ''] },
  AccessKeyId: { ...IDENTIFIER, accepted: [...IDENTIFIER.accepted, ''] },
  MinimumIdleDays: {
    accepted: ['', '0', '9', '10', '99', '100', '199', '299', '300', '359', '360', '365'],
    refused: ['-1', '366', '370', '400', '999', '1000', '7.5', '1e2', '+7', 'week'],
  },
  MinimumInactiveDays: {
    accepted: ['', '1', '9', '10', '89', '90'],
    refused: ['0', '00', '01', '-1', '91', '99', '100', '7.5', '+7', 'week'],
  },
  AllowSecondActiveKey: YES_OR_NO,
  DryRun: YES_OR_NO,
  ConfigRuleName: {
    accepted: ['iam-user-single-access-key', 'Rule_1', 'r', 'r'.repeat(128)],
    refused: [
      '',
      'r'.repeat(129),
      'a rule',
      'rule.1',
      'arn:aws:config:us-east-1:123456789012:rule',
    ],
  },
  NotificationTopicArn: {
    accepted: [
      '',
      `${TOPIC}k`,
      `${TOPIC}${'k'.repeat(256)}`,
      'arn:aws-us-gov:sns:us-gov-west-1:123456789012:Keys_2-b',
    ],
    refused: [
      'keys',
      'arn:aws:sns:us-east-1:12345678901:keys',
      'arn:aws:sns:us-east-1:1234567890123:keys',
      TOPIC,
      `${TOPIC}${'k'.repeat(257)}`,
      `${TOPIC}keys:b8a5`,
      'arn:aws:lambda:us-east-1:123456789012:keys',
    ],
  },
  AutomationAssumeRole: {
    accepted: [
      `${ROLE}r`,
      `${ROLE}${'r'.repeat(576)}`,
      'arn:aws-cn:iam::123456789012:role/a/b+c=d,e.f@g-h',
    ],
    refused: [
      '',
      'Automation',
      ROLE,
      `${ROLE}${'r'.repeat(577)}`,
      'arn:aws:iam::1234567890123:role/Automation',
      'arn:aws:iam::12345678901:role/Automation',
      'arn:aws:iam::123456789012:user/alice',
    ],
  },
};

/** Values that a parameter of this name must take and must refuse; nothing for one that has no examples. */
export const examplesOf = (name: string): Examples | undefined =>
  Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined;

/** Some values that a parameter takes. */
export const acceptedBy = (name: string, { allowedValues }: Parameter): readonly string[] =>
  allowedValues ?? examplesOf(name)?.accepted ?? [];
