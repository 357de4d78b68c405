import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  RULE_GONE,
  resolutionOf,
  toArchived,
  toFinding,
} from '../../../rule/security-hub/finding.ts';
import { asffBreaches } from '../../support/asff.ts';
import { at, daysBefore } from '../../support/build.ts';
import {
  findingSettings,
  inactiveRule,
  key,
  recorded,
  singleRule,
  stored,
  user,
  violation,
} from '../../support/findings.ts';

const find = (given = violation(), known?: ReturnType<typeof stored>, instant = at) =>
  toFinding(given, findingSettings, { stored: known, at: instant });
const archive = (known = stored(), resolution = resolutionOf(undefined)) =>
  toArchived({ stored: known, resolution }, findingSettings, at);

// documentation.test.ts compares a whole finding with docs/security-hub.md.
describe('toFinding', () => {
  it('uses the id, texts, runbook and requirements of the rule', () => {
    const Annotation =
      'AKIAIOSFODNN7EXAMPLE inactive since 2025-07-15. maxInactiveDays 90: delete it, or make it active again. UTC dates.';
    const inactive = user({ keys: [key('AKIAIOSFODNN7EXAMPLE', { Status: 'Inactive' })] });
    const finding = find(
      violation({ rule: inactiveRule, user: inactive, recorded: recorded({ Annotation }) }),
    );
    expect(finding).toMatchObject({
      Id: `${inactiveRule.arn}/user/${user().UserId}`,
      GeneratorId: inactiveRule.arn,
      Types: [inactiveRule.text.type],
      Title: 'IAM user alice has had an inactive access key for too long',
      SourceUrl: expect.stringContaining(`configRuleName=${inactiveRule.name}`),
      Compliance: {
        RelatedRequirements: inactiveRule.text.requirements,
        StatusReasons: [{ ReasonCode: 'ACCESS_KEY_INACTIVE_TOO_LONG', Description: Annotation }],
      },
      Remediation: {
        Recommendation: { Url: expect.stringContaining('DeleteInactiveAccessKey-1A2B') },
      },
    });
  });

  it.each([
    'a key of the user is exposed; contact its owner and rotate it',
    'exposed; contact owner, rotate',
  ])('is CRITICAL if AWS has quarantined the user, also with another setting: %s', (reason) => {
    const Annotation = `alice: 2 active access keys, 1 allowed. No key is selected from AKIAIOSFODNN7EXAMPLE, AKIAI44QH8DHBEXAMPLE: ${reason}. As of 2026-01-30 UTC.`;
    const settings = { ...findingSettings, severity: 'LOW' } as const;
    const severityWith = (given: object) =>
      toFinding(violation({ recorded: recorded(given) }), settings, { stored: undefined, at });
    const critical = { Severity: { Label: 'CRITICAL' } };
    expect(severityWith({ Annotation })).toMatchObject({
      ...critical,
      FindingProviderFields: critical,
      Remediation: {
        Recommendation: { Text: expect.stringContaining('A key of the user is exposed: contact') },
      },
    });
    const tie = Annotation.replace(reason, 'tie');
    for (const other of [{}, { Annotation: tie }, { Annotation: undefined }])
      expect(severityWith(other)).toMatchObject({ Severity: { Label: 'LOW' } });
  });

  it('keeps id, creation and first observation if the user is renamed', () => {
    const renamed = violation({ user: user({ UserName: 'alice2' }) });
    expect(find(renamed, stored())).toMatchObject({
      Id: find().Id,
      CreatedAt: stored().CreatedAt,
      FirstObservedAt: stored().FirstObservedAt,
      UpdatedAt: at.toISOString(),
      Title: 'IAM user alice2 has more access keys than allowed',
    });
  });

  it.each([
    ['is new', undefined, at.toISOString()],
    ['has no first observation', stored({ FirstObservedAt: undefined }), stored().CreatedAt],
    ['was archived', stored({ RecordState: 'ARCHIVED' }), stored().CreatedAt],
  ])('begins the observation now if the finding %s', (_, known, CreatedAt) => {
    const now = at.toISOString();
    expect(find(violation(), known)).toMatchObject({
      ...{ CreatedAt, FirstObservedAt: now, LastObservedAt: now },
    });
  });

  it.each([
    ['2026-01-01T23:59:59.999Z', '2026-01-02T00:00:00.000Z'],
    ['2026-01-02T00:00:00.001Z', '2026-01-02T00:00:00.001Z'],
    ['2026-01-30T12:00:00.000Z', '2026-01-30T12:00:00.000Z'],
  ])('observes a violation evaluated at %s last at %s, whenever it runs', (evaluated, expected) => {
    const given = violation({ recorded: recorded({ OrderingTimestamp: new Date(evaluated) }) });
    for (const instant of [at, daysBefore(-30)]) {
      const finding = find(given, stored(), instant);
      expect(finding.LastObservedAt).toBe(expected);
      expect(finding.FirstObservedAt).toBe('2026-01-02T00:00:00.000Z');
    }
  });

  it.each([undefined, '', ' '])('says that there is no annotation: %j', (Annotation) => {
    const finding = find(violation({ recorded: recorded({ Annotation }) }));
    expect(finding.Description).toContain('recorded NON_COMPLIANT without an annotation');
    expect(asffBreaches(finding)).toEqual([]);
  });

  it.each([
    ['aws-us-gov', 'us-gov-west-1', 'https://console.amazonaws-us-gov.com/'],
    ['aws-cn', 'cn-north-1', 'https://console.amazonaws.cn/'],
  ])('has the partition %s in its ARNs, resources and links', (partition, region, address) => {
    const place = { ...findingSettings.place, partition, region };
    const settings = { ...findingSettings, place };
    expect(toFinding(violation(), settings, { stored: undefined, at })).toMatchObject({
      ProductArn: expect.stringContaining(`arn:${partition}:securityhub:${region}:`),
      SourceUrl: expect.stringContaining(address),
      Remediation: { Recommendation: { Url: expect.stringContaining(address) } },
      Resources: Array(3).fill({ Partition: partition, Region: region }),
    });
  });

  it('has no links and no partition where neither is known', () => {
    const place = { ...findingSettings.place, partition: 'aws-iso', region: 'us-iso-east-1' };
    const settings = { ...findingSettings, place };
    const finding = toFinding(violation(), settings, { stored: undefined, at });
    expect(finding).toMatchObject({
      SourceUrl: undefined,
      Remediation: {
        Recommendation: { Url: undefined, Text: expect.stringContaining('--region us-iso-east-1') },
      },
      Resources: Array(3).fill({ Partition: undefined, Region: 'us-iso-east-1' }),
    });
    expect(asffBreaches(finding)).toEqual([]);
  });
});

describe('toArchived', () => {
  it('keeps everything but the compliance, the severity and the timestamp', () => {
    const { RecordState: _, Compliance, ...unchanged } = stored();
    expect(archive()).toEqual({
      ...unchanged,
      SchemaVersion: '2018-10-08',
      ProductArn: find().ProductArn,
      ProductName: find().ProductName,
      AwsAccountId: '123456789012',
      UpdatedAt: at.toISOString(),
      Severity: { Label: 'HIGH' },
      FindingProviderFields: { Severity: { Label: 'HIGH' }, Types: stored().Types },
      RecordState: 'ARCHIVED',
      Compliance: {
        Status: 'PASSED',
        RelatedRequirements: Compliance?.RelatedRequirements,
        StatusReasons: [
          {
            ReasonCode: 'NO_LONGER_NON_COMPLIANT',
            Description: expect.stringContaining('no longer has a result for this user'),
          },
        ],
      },
    });
  });

  it.each([undefined, { RelatedRequirements: [] }])(
    'has no requirements if the stored finding has none: %j',
    (Compliance) => {
      expect(archive(stored({ Compliance })).Compliance?.RelatedRequirements).toEqual([]);
    },
  );

  it('says that the rule is gone', () => {
    expect(archive(stored(), RULE_GONE).Compliance).toMatchObject({
      Status: 'NOT_AVAILABLE',
      StatusReasons: [
        {
          ReasonCode: 'RULE_GONE',
          Description: expect.stringContaining('no longer has this rule'),
        },
      ],
    });
  });
});

describe('resolutionOf', () => {
  const ComplianceType = 'COMPLIANT';
  it.each([
    [
      recorded({ ComplianceType, Annotation: 'Exempt until 2026-12-31.' }),
      'COMPLIANT in the evaluation of 2026-01-30T12:00:00.000Z. Exempt until 2026-12-31.',
    ],
    [
      recorded({ ComplianceType, Annotation: undefined }),
      'COMPLIANT in the evaluation of 2026-01-30T12:00:00.000Z.',
    ],
    [recorded(), 'IAM no longer has this user.'],
    [
      undefined,
      'AWS Config no longer has a result for this user: the user was deleted or is out of scope.',
    ],
  ])('of %j is PASSED: %s', (result, Description) => {
    const ReasonCode = 'NO_LONGER_NON_COMPLIANT';
    expect(resolutionOf(result)).toEqual({ Status: 'PASSED', ReasonCode, Description });
  });
});

describe('any finding and its archived form', () => {
  const LONGEST_NAMES = {
    name: 'r'.repeat(64),
    runbookName: 'd'.repeat(128),
    automationRoleArn: `arn:aws:iam::123456789012:role/${'p'.repeat(576)}`,
  };
  const anyId = fc.stringMatching(/^[A-Z0-9]{16,128}$/);
  const anyKey = fc.record({
    AccessKeyId: anyId,
    Status: fc.constantFrom('Active', 'Inactive', 'Expired', 'Unknown'),
    CreateDate: fc.date({ noInvalidDate: true, min: new Date(0), max: at }),
  });
  const anyAnnotation = fc.oneof(
    fc.string({ maxLength: 256 }),
    fc.constantFrom(
      recorded().Annotation,
      '2 active access keys, 1 allowed. No key is chosen.',
      'alice: 2 active access keys, 1 allowed. No key is selected from AKIAIOSFODNN7EXAMPLE: exposed; contact owner, rotate.',
      `AKIAIOSFODNN7EXAMPLE inactive since 2025-07-15.`,
    ),
  );
  const anyViolation = fc.record({
    rule: fc.constantFrom(
      ...[singleRule, inactiveRule].flatMap((rule) => [rule, { ...rule, ...LONGEST_NAMES }]),
    ),
    user: fc.record({
      UserId: anyId,
      UserName: fc.stringMatching(/^[\w+=,.@-]{1,64}$/),
      Arn: fc.nat(600).map((length) => `arn:aws:iam::123456789012:user/${'p'.repeat(length)}/u`),
      Path: fc.constant(`/${'p'.repeat(400)}/`),
      CreateDate: fc.constant(at),
      keys: fc.array(anyKey, { maxLength: 40 }),
    }),
    recorded: fc.record({
      ComplianceType: fc.constant('NON_COMPLIANT' as const),
      Annotation: fc.option(anyAnnotation, { nil: undefined }),
      OrderingTimestamp: fc.constant(at),
    }),
  });

  it('conform to ASFF, and have the whole command', () => {
    fc.assert(
      fc.property(anyViolation, (given) => {
        const finding = find(given);
        expect(asffBreaches(finding)).toEqual([]);
        const { UserId } = given.user;
        const command = finding.ProductFields?.['RemediationCommand'] ?? '';
        expect(command).toMatch(
          new RegExp(`(resourceId=${UserId}|,UserId=${UserId},AccessKeyId=KEY_ID)$`),
        );
        const { Text = '' } = finding.Remediation?.Recommendation ?? {};
        const elsewhere = '. The command is in ProductFields.RemediationCommand.';
        expect(Text.endsWith(`. Run: ${command}`) || Text.endsWith(elsewhere)).toBe(true);
        const asStored = { ...stored(), ...JSON.parse(JSON.stringify(finding)) };
        expect(asffBreaches(archive(asStored))).toEqual([]);
      }),
    );
  });
});

describe('asffBreaches', () => {
  it.each([
    ['an unknown member', { Evidence: 'x' }, 'finding.Evidence: unknown'],
    ['a title that is too long', { Title: 'x'.repeat(257) }, '257 of at most 256'],
    ['a blank description', { Description: ' ' }, 'finding.Description: blank'],
    ['an unknown record state', { RecordState: 'OPEN' }, 'finding.RecordState: OPEN'],
    ['missing resources', { Resources: undefined }, 'finding.Resources: missing'],
    ['too many requirements', { Compliance: { RelatedRequirements: Array(33).fill('x') } }, '33'],
    ['a number instead of text', { Title: 1 }, 'SDK: finding.Title: another type'],
    ['more than 240 KB', { ProductFields: { x: 'x'.repeat(250_000) } }, 'too large'],
  ])('finds %s', (_, given, expected) => {
    expect(asffBreaches({ ...find(), ...given }).join()).toContain(expected);
  });
});
