import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOf, toArchived, toFinding } from '../../../rule/security-hub/finding.ts';
import { asffBreaches } from '../../support/asff.ts';
import { at } from '../../support/build.ts';
import {
  findingSettings,
  held,
  inactiveRule,
  key,
  singleRule,
  stored,
  user,
  violation,
} from '../../support/findings.ts';

const make = (given = violation(), known: ReturnType<typeof stored> | undefined = undefined) =>
  toFinding(given, findingSettings, { stored: known, at });

describe('a finding', () => {
  it('names user and keys, says the evidence, and whose it is', () => {
    expect(make()).toEqual({
      SchemaVersion: '2018-10-08',
      Id: 'arn:aws:config:us-east-1:123456789012:config-rule/config-rule-000001/user/AIDACKCEVSQ6C2EXAMPLE',
      ProductArn: 'arn:aws:securityhub:us-east-1:123456789012:product/123456789012/default',
      ProductName: 'iam-user-single-access-key',
      GeneratorId: singleRule.arn,
      AwsAccountId: '123456789012',
      Types: [
        'Software and Configuration Checks/Industry and Regulatory Standards/CIS AWS Foundations Benchmark',
      ],
      FirstObservedAt: at.toISOString(),
      LastObservedAt: at.toISOString(),
      CreatedAt: at.toISOString(),
      UpdatedAt: at.toISOString(),
      Severity: { Label: 'HIGH' },
      Title: 'IAM user alice has more access keys than allowed',
      Description: `${held().Annotation} AWS Config rule iam-user-single-access-key on user alice (AIDACKCEVSQ6C2EXAMPLE), ${held().OrderingTimestamp.toISOString()}.`,
      SourceUrl:
        'https://console.aws.amazon.com/config/home?region=us-east-1#/rules/details?configRuleName=iam-user-single-access-key',
      Remediation: {
        Recommendation: {
          Text: 'In account 123456789012: Deactivate the key idle longest by now, which was AKIAIOSFODNN7EXAMPLE when it was evaluated; in doubt this refuses and says why: aws configservice start-remediation-execution --region us-east-1 --config-rule-name iam-user-single-access-key --resource-keys resourceType=AWS::IAM::User,resourceId=AIDACKCEVSQ6C2EXAMPLE',
          Url: 'https://console.aws.amazon.com/systems-manager/automation/execute/DeactivateAccessKey-1A2B?region=us-east-1',
        },
      },
      ProductFields: {
        ConfigRuleName: 'iam-user-single-access-key',
        UserId: 'AIDACKCEVSQ6C2EXAMPLE',
        UserName: 'alice',
        Evidence: held().Annotation,
        EvaluatedAt: held().OrderingTimestamp.toISOString(),
        RemediationCommand: expect.stringMatching(/^aws configservice .*resourceId=AIDA/),
        RunbookName: 'DeactivateAccessKey-1A2B',
        AutomationRoleArn: 'arn:aws:iam::123456789012:role/DeactivateAccessKey-1A2B',
      },
      Resources: [
        {
          Type: 'AwsIamUser',
          Id: 'arn:aws:iam::123456789012:user/team/alice',
          Partition: 'aws',
          Region: 'us-east-1',
          Details: {
            AwsIamUser: {
              UserId: 'AIDACKCEVSQ6C2EXAMPLE',
              UserName: 'alice',
              Path: '/team/',
              CreateDate: user().CreateDate.toISOString(),
            },
          },
        },
        expect.objectContaining({
          Type: 'AwsIamAccessKey',
          Id: 'AWS::IAM::AccessKey:AKIAIOSFODNN7EXAMPLE',
          Details: {
            AwsIamAccessKey: {
              AccessKeyId: 'AKIAIOSFODNN7EXAMPLE',
              Status: 'Active',
              CreatedAt: user().keys[0]?.CreateDate.toISOString(),
              PrincipalId: 'AIDACKCEVSQ6C2EXAMPLE',
              PrincipalType: 'IAMUser',
              PrincipalName: 'alice',
              AccountId: '123456789012',
            },
          },
        }),
        expect.objectContaining({ Id: 'AWS::IAM::AccessKey:AKIAI44QH8DHBEXAMPLE' }),
      ],
      Compliance: {
        Status: 'FAILED',
        RelatedRequirements: singleRule.subject.requirements,
        StatusReasons: [{ ReasonCode: 'TOO_MANY_ACCESS_KEYS', Description: held().Annotation }],
      },
      RecordState: 'ACTIVE',
      FindingProviderFields: {
        Severity: { Label: 'HIGH' },
        Types: [
          'Software and Configuration Checks/Industry and Regulatory Standards/CIS AWS Foundations Benchmark',
        ],
      },
    });
  });

  it('of the other rule has another id, title, reason, runbook and requirements', () => {
    const Annotation =
      'AKIAIOSFODNN7EXAMPLE inactive since 2025-07-15. maxInactiveDays 90: delete it, or make it active again. UTC dates.';
    const inactive = user({ keys: [key('AKIAIOSFODNN7EXAMPLE', { Status: 'Inactive' })] });
    const inactiveViolation = violation({
      ...{ rule: inactiveRule, user: inactive, held: held({ Annotation }) },
    });
    const [one, other] = [make(), make(inactiveViolation)];
    expect(other).toMatchObject({
      Title: 'IAM user alice has had an inactive access key for too long',
      Compliance: { StatusReasons: [{ ReasonCode: 'ACCESS_KEY_INACTIVE_TOO_LONG' }] },
    });
    expect(other.Id).not.toBe(one.Id);
    expect(other.Remediation?.Recommendation).toMatchObject({
      Url: expect.stringContaining('DeleteInactiveAccessKey-1A2B'),
      Text: expect.stringMatching(
        /^In account 123456789012: Delete the inactive key, of several the one inactive longest, which cannot be undone; in doubt this refuses and says why: aws /,
      ),
    });
    expect(other.Compliance?.RelatedRequirements).not.toEqual(one.Compliance?.RelatedRequirements);
  });

  it('keeps its beginnings, whatever the user is called now', () => {
    const renamed = violation({ user: user({ UserName: 'alice2' }) });
    const [before, after] = [make(violation(), stored()), make(renamed, stored())];
    expect(after).toMatchObject({
      Id: before.Id,
      CreatedAt: stored().CreatedAt,
      FirstObservedAt: stored().FirstObservedAt,
      UpdatedAt: at.toISOString(),
      Title: 'IAM user alice2 has more access keys than allowed',
    });
  });

  it('of which Security Hub holds no first observation begins now', () => {
    expect(make(violation(), stored({ FirstObservedAt: undefined })).FirstObservedAt).toBe(
      at.toISOString(),
    );
  });

  it('that was over begins anew, but for the instant that it was made', () => {
    expect(make(violation(), stored({ RecordState: 'ARCHIVED' }))).toMatchObject({
      CreatedAt: stored().CreatedAt,
      FirstObservedAt: at.toISOString(),
      LastObservedAt: at.toISOString(),
    });
  });

  it.each([
    ['2026-01-01T23:59:59.999Z', '2026-01-02T00:00:00.000Z'],
    ['2026-01-02T00:00:00.001Z', '2026-01-02T00:00:00.001Z'],
    ['2026-01-30T12:00:00.000Z', '2026-01-30T12:00:00.000Z'],
  ])('evaluated at %s was observed last at %s, however often it is told', (evaluated, expected) => {
    const given = violation({ held: held({ OrderingTimestamp: new Date(evaluated) }) });
    for (const told of [at, new Date(at.getTime() + 30 * 86_400_000)]) {
      const finding = toFinding(given, findingSettings, { stored: stored(), at: told });
      expect(finding.LastObservedAt).toBe(expected);
      expect(finding.FirstObservedAt).toBe('2026-01-02T00:00:00.000Z');
    }
  });

  it.each([undefined, '', ' '])('says so where Config holds no annotation: %j', (Annotation) => {
    const silent = make(violation({ held: held({ Annotation }) }));
    expect(silent.Description).toContain('NON_COMPLIANT without an annotation');
    expect(asffBreaches(silent)).toEqual([]);
  });
});

describe('the user of a finding', () => {
  const arnOf = (length: number) => `arn:aws:iam::123456789012:user/`.padEnd(length, 'p');

  it.each([
    [512, arnOf(512)],
    [513, user().UserId],
  ])('whose ARN has %d characters is %s', (length, expected) => {
    const { Resources } = make(violation({ user: user({ Arn: arnOf(length) }) }));
    expect(Resources?.[0]?.Id).toBe(expected);
  });
});

describe('the keys of a finding', () => {
  it('come active ones first, then the oldest', () => {
    const day = (days: number) => new Date(at.getTime() - days * 86_400_000);
    const keys = [
      key('INACTIVE', { Status: 'Inactive', CreateDate: day(900) }),
      key('NEW', { CreateDate: day(1) }),
      key('OLD', { CreateDate: day(800) }),
    ];
    const ids = make(violation({ user: user({ keys }) })).Resources?.map(({ Id }) => Id);
    expect(ids?.slice(1)).toEqual(
      ['OLD', 'NEW', 'INACTIVE'].map((id) => `AWS::IAM::AccessKey:${id}`),
    );
  });

  it('tell a status for which ASFF has no word beside its own', () => {
    const expired = user({ keys: [key('AKIAEXPIRED', { Status: 'Expired' })] });
    const finding = make(violation({ user: expired }));
    expect(finding.Resources?.[1]?.Details).toMatchObject({
      AwsIamAccessKey: { AccessKeyId: 'AKIAEXPIRED', Status: undefined },
      Other: { Status: 'Expired' },
    });
    expect(asffBreaches(finding)).toEqual([]);
  });

  it.each([
    [31, 32],
    [32, 32],
  ])('of %d, with the user, are %d resources', (count, expected) => {
    const keys = Array.from({ length: count }, (_, index) => key(`AKIA${index}`));
    expect(make(violation({ user: user({ keys }) })).Resources).toHaveLength(expected);
  });
});

describe('the console of a partition', () => {
  const urlIn = (partition: string, region: string) => {
    const settings = {
      ...findingSettings,
      place: { partition, region, accountId: '123456789012' },
    };
    return toFinding(violation(), settings, { stored: undefined, at });
  };

  it.each([
    ['aws', 'us-east-1', 'https://console.aws.amazon.com/systems-manager/'],
    ['aws-us-gov', 'us-gov-west-1', 'https://console.amazonaws-us-gov.com/systems-manager/'],
    ['aws-cn', 'cn-north-1', 'https://console.amazonaws.cn/systems-manager/'],
  ])('%s is where the link goes', (partition, region, start) => {
    const { Remediation, Resources, ProductArn } = urlIn(partition, region);
    expect(Remediation?.Recommendation?.Url?.startsWith(start)).toBe(true);
    expect(Resources?.[0]).toMatchObject({ Partition: partition, Region: region });
    expect(ProductArn).toBe(
      `arn:${partition}:securityhub:${region}:123456789012:product/123456789012/default`,
    );
  });

  it('that nobody knows here has no link, and the command all the same', () => {
    const finding = urlIn('aws-iso', 'us-iso-east-1');
    expect(finding.SourceUrl).toBeUndefined();
    expect(finding.Remediation?.Recommendation).toMatchObject({
      Url: undefined,
      Text: expect.stringContaining('--region us-iso-east-1'),
    });
    expect(asffBreaches(finding)).toEqual([]);
  });
});

describe('the lists of a finding', () => {
  it('have no more items than ASFF takes, in the violation and at its end', () => {
    const requirements = Array.from({ length: 33 }, (_, index) => `requirement ${index}`);
    const rule = { ...singleRule, subject: { ...singleRule.subject, requirements } };
    const Resources = Array.from({ length: 33 }, (_, index) => ({ Type: 'Other', Id: `${index}` }));
    const Compliance = { RelatedRequirements: requirements };
    const over = { stored: stored({ Resources, Compliance }), end: endOf(undefined) };
    for (const finding of [make(violation({ rule })), toArchived(over, findingSettings, at)])
      expect(finding.Compliance?.RelatedRequirements).toEqual(requirements.slice(0, 32));
    expect(toArchived(over, findingSettings, at).Resources).toEqual(Resources.slice(0, 32));
  });
});

describe('a finding that is over', () => {
  it('passed and is archived; what it told of the violation stays', () => {
    const over = { stored: stored(), end: endOf(undefined) };
    expect(toArchived(over, findingSettings, at)).toMatchObject({
      Id: stored().Id,
      GeneratorId: stored().GeneratorId,
      Types: stored().Types,
      FindingProviderFields: { Types: stored().Types },
      FirstObservedAt: stored().FirstObservedAt,
      ProductFields: stored().ProductFields,
      CreatedAt: stored().CreatedAt,
      LastObservedAt: stored().LastObservedAt,
      UpdatedAt: at.toISOString(),
      Title: stored().Title,
      Description: stored().Description,
      Resources: stored().Resources,
      RecordState: 'ARCHIVED',
      Compliance: {
        Status: 'PASSED',
        RelatedRequirements: singleRule.subject.requirements,
        StatusReasons: [{ Description: expect.stringContaining('holds no result') }],
      },
    });
  });

  it('of which Security Hub gives back no requirements has none', () => {
    for (const Compliance of [undefined, { RelatedRequirements: [] }]) {
      const over = { stored: stored({ Compliance }), end: endOf(undefined) };
      expect(toArchived(over, findingSettings, at).Compliance?.RelatedRequirements).toEqual([]);
    }
  });

  it.each([
    [
      held({ ComplianceType: 'COMPLIANT', Annotation: 'Exempt until 2026-12-31.' }),
      /^COMPLIANT by the evaluation of .*Z\. Exempt until 2026/,
    ],
    [
      held({ ComplianceType: 'COMPLIANT', Annotation: undefined }),
      /^COMPLIANT by the evaluation of .*Z\.$/,
    ],
    [held(), /^IAM has this user no more\.$/],
    [undefined, /^AWS Config holds no result of this user any more/],
  ])('says why it is over: of %j, %s', (result, expected) => {
    const over = { stored: stored(), end: endOf(result) };
    expect(toArchived(over, findingSettings, at).Compliance).toMatchObject({
      Status: 'PASSED',
      StatusReasons: [
        { ReasonCode: 'NO_LONGER_NON_COMPLIANT', Description: expect.stringMatching(expected) },
      ],
    });
  });
});

const text = (minLength: number, maxLength: number) =>
  fc.string({ unit: 'grapheme', minLength, maxLength });
const keys = fc.array(
  fc.record({
    AccessKeyId: fc.stringMatching(/^[A-Z0-9]{16,128}$/),
    Status: fc.constantFrom('Active', 'Inactive', 'Expired', 'Unheard'),
    CreateDate: fc.date({ noInvalidDate: true, min: new Date(0), max: at }),
  }),
  { maxLength: 40 },
);
const LONGEST_NAMES = {
  name: 'r'.repeat(64),
  runbookName: 'd'.repeat(128),
  automationRoleArn: `arn:aws:iam::123456789012:role/${'p'.repeat(576)}`,
};
const anyAnnotation = fc.oneof(
  text(0, 256),
  fc.constantFrom(
    held().Annotation,
    '2 active access keys, 1 allowed. No key is chosen.',
    `AKIAIOSFODNN7EXAMPLE inactive since 2025-07-15.`,
  ),
);
const anyViolation = fc.record({
  rule: fc.constantFrom(
    ...[singleRule, inactiveRule].flatMap((rule) => [rule, { ...rule, ...LONGEST_NAMES }]),
  ),
  user: fc.record({
    UserId: fc.stringMatching(/^[A-Z0-9]{16,128}$/),
    UserName: fc.stringMatching(/^[\w+=,.@-]{1,64}$/),
    Arn: fc.nat(600).map((length) => `arn:aws:iam::123456789012:user/${'p'.repeat(length)}/u`),
    Path: fc.constant(`/${'p'.repeat(400)}/`),
    CreateDate: fc.constant(at),
    keys,
  }),
  held: fc.record({
    ComplianceType: fc.constant('NON_COMPLIANT' as const),
    Annotation: fc.option(anyAnnotation, { nil: undefined }),
    OrderingTimestamp: fc.constant(at),
  }),
});

describe('whatever user, keys and annotation there are', () => {
  it('a finding and its end break nothing of ASFF, and the command is whole or elsewhere', () => {
    fc.assert(
      fc.property(anyViolation, (given) => {
        const finding = make(given);
        expect(asffBreaches(finding)).toEqual([]);
        const command = finding.ProductFields?.['RemediationCommand'] ?? '';
        expect(command).toMatch(
          new RegExp(
            `(resourceId=${given.user.UserId}|,UserId=${given.user.UserId},AccessKeyId=KEY_ID)$`,
          ),
        );
        const { Text = '' } = finding.Remediation?.Recommendation ?? {};
        expect(Text).toMatch(/^In account 123456789012: /);
        expect(
          Text.endsWith(`: ${command}`) ||
            Text.endsWith('. The command is RemediationCommand of the ProductFields.'),
        ).toBe(true);
        const asStored = { ...stored(), ...JSON.parse(JSON.stringify(finding)) };
        const over = { stored: asStored, end: endOf(undefined) };
        expect(asffBreaches(toArchived(over, findingSettings, at))).toEqual([]);
      }),
    );
  });
});

describe('the judge of these tests', () => {
  it.each([
    ['a member that ASFF does not have', { Evidence: 'x' }, 'finding.Evidence: unknown'],
    ['a title that is too long', { Title: 'x'.repeat(257) }, '257 of at most 256'],
    ['a blank description', { Description: ' ' }, 'finding.Description: blank'],
    ['another record state', { RecordState: 'OPEN' }, 'finding.RecordState: OPEN'],
    ['no resources', { Resources: undefined }, 'finding.Resources: missing'],
    ['too many requirements', { Compliance: { RelatedRequirements: Array(33).fill('x') } }, '33'],
    ['a number for a text', { Title: 1 }, 'SDK: finding.Title: another type'],
    ['more than 240 KB', { ProductFields: { x: 'x'.repeat(250_000) } }, 'too large'],
  ])('finds %s', (_, given, expected) => {
    expect(asffBreaches({ ...make(), ...given }).join()).toContain(expected);
  });
});
