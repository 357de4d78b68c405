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
const passed = resolutionOf(recorded({ ComplianceType: 'COMPLIANT' }), true) ?? RULE_GONE;
const archive = (known = stored(), resolution = passed) =>
  toArchived({ stored: known, resolution }, findingSettings, at);

// documentation.test.ts compares a whole finding with docs/security-hub.md.
describe('toFinding', () => {
  it('uses the id, texts and requirements of the rule', () => {
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
      Title: 'IAM user alice has an access key that has been inactive for too long',
      SourceUrl: expect.stringContaining(`configRuleName=${inactiveRule.name}`),
      Compliance: {
        RelatedRequirements: inactiveRule.text.requirements,
        StatusReasons: [{ ReasonCode: 'ACCESS_KEY_INACTIVE_TOO_LONG', Description: Annotation }],
      },
    });
  });

  it.each(['a key is exposed; contact its owner and rotate it', 'a key is exposed; rotate it'])(
    'is CRITICAL if AWS has quarantined the user, also with another setting: %s',
    (reason) => {
      const Annotation = `alice: 2 active access keys, 1 allowed. Cannot safely select AKIAIOSFODNN7EXAMPLE or AKIAI44QH8DHBEXAMPLE: ${reason}. As of 2026-01-30 UTC.`;
      const settings = { ...findingSettings, severity: 'LOW' } as const;
      const severityWith = (given: object) =>
        toFinding(violation({ recorded: recorded(given) }), settings, { stored: undefined, at });
      const critical = { Severity: { Label: 'CRITICAL' } };
      expect(severityWith({ Annotation })).toMatchObject({
        ...critical,
        FindingProviderFields: critical,
        Remediation: {
          Recommendation: {
            Text: expect.stringContaining('A key of the user is exposed: first contact'),
          },
        },
      });
      const tie = Annotation.replace(reason, 'tie');
      for (const other of [{}, { Annotation: tie }, { Annotation: undefined }])
        expect(severityWith(other)).toMatchObject({ Severity: { Label: 'LOW' } });
    },
  );

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
            Description: expect.stringMatching(/^COMPLIANT in the evaluation of /),
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
  ])('of %j is PASSED: %s', (result, Description) => {
    const ReasonCode = 'NO_LONGER_NON_COMPLIANT';
    for (const isUserThere of [true, false])
      expect(resolutionOf(result, isUserThere)).toEqual({
        ...{ Status: 'PASSED', ReasonCode, Description },
      });
  });

  it.each([recorded(), undefined])('of %j is open while IAM has the user', (result) => {
    expect(resolutionOf(result, true)).toBeUndefined();
    expect(resolutionOf(result, false)).toEqual({
      Status: 'NOT_AVAILABLE',
      ReasonCode: 'USER_GONE',
      Description: 'IAM no longer has this user.',
    });
  });
});

describe('any finding and its archived form', () => {
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
      'alice: 2 active access keys, 1 allowed. Cannot safely select AKIAIOSFODNN7EXAMPLE: tie.',
      'alice: AKIAIOSFODNN7EXAMPLE has been inactive since 2025-07-15.',
      'alice: 2 active access keys, 1 allowed. Cannot safely select AKIAIOSFODNN7EXAMPLE: a key is exposed; rotate it.',
    ),
  );
  const places = [
    ['aws', 'us-east-1'],
    ['aws-us-gov', 'us-gov-west-1'],
  ] as const;
  const anyViolation = fc.record({
    rule: fc.constantFrom(
      ...[singleRule, inactiveRule].flatMap((rule) => [rule, { ...rule, name: 'r'.repeat(64) }]),
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

  it('conform to ASFF, have the whole command, and name no document and no role', () => {
    fc.assert(
      fc.property(anyViolation, fc.constantFrom(...places), (given, [partition, region]) => {
        const place = { ...findingSettings.place, partition, region };
        const finding = toFinding(given, { ...findingSettings, place }, { stored: undefined, at });
        expect(asffBreaches(finding)).toEqual([]);
        const { UserId, UserName } = given.user;
        const command = finding.ProductFields?.['RemediationCommand'];
        const { Text = '' } = finding.Remediation?.Recommendation ?? {};
        if (command === undefined) {
          expect(region).toBe('us-gov-west-1');
          expect(Text.endsWith(`(see the outputs of the stack) with UserId ${UserId}.`)).toBe(true);
        } else {
          const ends = [`resourceId=${UserId}`, '=KEY_ID', '=KEY_ID --status=Inactive'];
          expect(ends.some((end) => command.endsWith(end))).toBe(true);
          if (command.startsWith('aws iam ')) expect(command).toContain(`='${UserName}' `);
          const elsewhere = '. The command is in ProductFields.RemediationCommand.';
          expect(Text.endsWith(`. Run: ${command}`) || Text.endsWith(elsewhere)).toBe(true);
        }
        expect(JSON.stringify(finding)).not.toMatch(/automation|:role\/|document-name/);
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
