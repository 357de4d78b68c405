import { describe, expect, it } from 'vitest';
import { evaluateInactiveAccessKey } from '../../../rule/inactive-access-key/rule.ts';
import type { AccessKey } from '../../../rule/keys/access-key.ts';
import { consolePage, nextStepOf, toRemediation } from '../../../rule/security-hub/next-step.ts';
import type { FindingRule } from '../../../rule/security-hub/settings.ts';
import { evaluateSingleAccessKey } from '../../../rule/single-access-key/rule.ts';
import { accessKey, daysBefore, policy } from '../../support/build.ts';
import {
  findingSettings,
  inactiveRule,
  recorded,
  singleRule,
  user,
  violation,
} from '../../support/findings.ts';

const UserId = user().UserId;
const remediate = (rule: FindingRule) =>
  `aws configservice start-remediation-execution --region us-east-1 --config-rule-name ${rule.name} --resource-keys resourceType=AWS::IAM::User,resourceId=${UserId}`;
const deactivate = (AccessKeyId = 'KEY_ID') =>
  `aws iam update-access-key --user-name='alice' --access-key-id=${AccessKeyId} --status=Inactive`;
const remove = (AccessKeyId = 'KEY_ID') =>
  `aws iam delete-access-key --user-name='alice' --access-key-id=${AccessKeyId}`;

const strict = { ...policy, countInactiveAccessKeys: true };
const abandoned = accessKey('OLD', { LastUsedDate: daysBefore(200) });
const neverUsed = accessKey('NEVER', { CreateDate: daysBefore(2) });
const inUse = accessKey('NEW', { LastUsedDate: daysBefore(1) });
const recent = accessKey('RECENT', { LastUsedDate: daysBefore(2) });
const off = { ...abandoned, Status: 'Inactive' };
const offToo = accessKey('OFF', { LastUsedDate: daysBefore(200), Status: 'Inactive' });

const violationWith = (
  Annotation: string | undefined,
  keys: readonly AccessKey[] = [off, inUse],
  rule = singleRule,
) => violation({ rule, user: user({ keys }), recorded: recorded({ Annotation }) });
/** Returns a violation with the annotation that the rule writes for these keys. */
const violationOf = (
  keys: readonly AccessKey[],
  by = policy,
  exemption?: string,
  quarantinePolicy?: string,
) => {
  const evaluated = { ...user({ keys }), exemption, quarantinePolicy };
  const { Annotation } = evaluateSingleAccessKey(evaluated, by);
  return violationWith(Annotation, keys);
};
const stepOf = (given: ReturnType<typeof violation>) => nextStepOf(given, findingSettings);

const REFUSES = 'the runbook refuses if this is not safe, and gives the reason';
const CHECK_KEYS = 'Check the access keys of the user, and choose one to';

describe('nextStepOf', () => {
  it.each([
    ['by default', policy, undefined],
    ['if inactive keys count', strict, undefined],
    ['if an exemption is over', { ...policy, exemptionTagKey: 'x' }, '2026-01-01'],
  ])('scenario 1: remediates a selected key %s', (_, by, exemption) => {
    expect(stepOf(violationOf([abandoned, inUse], by, exemption))).toEqual({
      instruction: `Deactivate the longest-idle access key, which was ${abandoned.AccessKeyId} at the last evaluation; ${REFUSES}`,
      command: remediate(singleRule),
    });
  });

  it.each([
    { since: daysBefore(100), event: { status: 'Inactive', eventTime: daysBefore(100) } as never },
    { before: daysBefore(90) },
  ])(
    'scenario 1: remediates a key that is not active, also after a key without history',
    (known) => {
      const unknown = { key: offToo, unknown: 'NoHistory' as const };
      const keys = [unknown, { key: off, ...known }];
      const by = { maxInactiveDays: 90, at: policy.at };
      const { Annotation } = evaluateInactiveAccessKey(user({ keys: [off, offToo] }), keys, by);
      for (const Status of ['Inactive', 'Expired'])
        expect(
          stepOf(violationWith(Annotation, [{ ...off, Status }, offToo], inactiveRule)),
        ).toEqual({
          instruction: `Permanently delete the access key that has been inactive longest; ${REFUSES}`,
          command: remediate(inactiveRule),
        });
    },
  );

  it.each([
    ['DeactivateAccessKey', violationOf([abandoned, inUse])],
    [
      'DeleteInactiveAccessKey',
      violationWith(
        `alice: ${off.AccessKeyId} has been inactive since 2025-10-01.`,
        [off],
        inactiveRule,
      ),
    ],
  ])('scenario 1: starts %s in GovCloud, which has no remediation', (runbook, given) => {
    const place = { ...findingSettings.place, partition: 'aws-us-gov', region: 'us-gov-west-1' };
    expect(nextStepOf(given, { place })).toEqual({
      instruction: `${stepOf(given).instruction}. Start the runbook ${runbook} (see the outputs of the stack) with UserId ${UserId}`,
    });
  });

  it.each([
    ['a tie', [abandoned, { ...abandoned, AccessKeyId: inUse.AccessKeyId }]],
    ['a new key that was never used', [abandoned, neverUsed]],
    ['a key that has not been idle long enough', [recent, inUse]],
  ])('scenario 2: lets a person choose if no key is selected: %s', (_, keys) => {
    for (const by of [policy, strict])
      expect(stepOf(violationOf(keys, by))).toEqual({
        instruction: 'Choose which access key to deactivate',
        command: deactivate(),
      });
  });

  it.each([
    ['active', [abandoned, inUse], policy, 'Choose which access key to deactivate', deactivate()],
    [
      'inactive',
      [off, inUse],
      strict,
      'Choose which inactive access key to delete permanently',
      remove(),
    ],
  ] as const)(
    'scenarios 2 and 3: says first to rotate the exposed key of a quarantined user: %s keys',
    (_, keys, by, then, command) =>
      expect(stepOf(violationOf(keys, by, undefined, 'AWSCompromisedKeyQuarantineV3'))).toEqual({
        instruction: `A key of the user is exposed: first contact its owner, and rotate the key. ${then}`,
        command,
      }),
  );

  it.each([
    violationOf([off, offToo, inUse], { ...strict, maxActiveAccessKeys: 2 }),
    violationWith(
      `alice: 2 access keys, 0 of them active, 1 allowed. Cannot safely select ${off.AccessKeyId} or ${offToo.AccessKeyId}: tie.`,
      [off, offToo],
    ),
  ])('scenario 3: lets a person choose the inactive key to delete', (given) => {
    expect(stepOf(given)).toEqual({
      instruction: 'Choose which inactive access key to delete permanently',
      command: remove(),
    });
  });

  it.each(['Inactive', 'Expired'])('scenario 4: deletes a key that counts: %s', (Status) => {
    expect(stepOf(violationOf([{ ...off, Status }, inUse], strict))).toEqual({
      instruction: `Delete ${off.AccessKeyId} permanently`,
      command: remove(off.AccessKeyId),
    });
  });

  const toDeactivate = violationOf([abandoned, inUse]).recorded.Annotation;
  const toDelete = violationOf([off, inUse], strict).recorded.Annotation;
  it.each([
    ['there is no annotation', violationWith(undefined)],
    ['the annotation is empty', violationWith('')],
    ['the rule did not write the annotation', violationWith(`Delete ${off.AccessKeyId}.`)],
    ['the annotation quotes the rule', violationWith(`Not so: ${toDelete}`)],
    ['the key to delete is active', violationWith(toDelete, [abandoned, inUse])],
    ['the key to delete is gone', violationWith(toDelete, [inUse])],
    ['the key to deactivate is inactive', violationWith(toDeactivate, [off, inUse])],
    ['the key to deactivate is gone', violationWith(toDeactivate, [inUse])],
    ['the user has no keys', violationWith(toDeactivate, [])],
    ['the other rule wrote it', violationWith(toDelete, [off, inUse], inactiveRule)],
    [
      'an inactive key is active again',
      violationWith(
        `alice: ${inUse.AccessKeyId} has been inactive since 2025-10-01.`,
        [inUse],
        inactiveRule,
      ),
    ],
  ])('scenario 5: lets a person check the keys if %s', (_, given) => {
    expect(stepOf(given)).toEqual(
      given.rule === singleRule
        ? { instruction: `${CHECK_KEYS} deactivate`, command: deactivate() }
        : { instruction: `${CHECK_KEYS} delete`, command: remove() },
    );
  });
});

describe('a command for a key', () => {
  it.each([
    ['-rf', "'-rf'"],
    ["a'b; id", "'a'\\''b; id'"],
  ])('quotes the user name %s', (UserName, word) => {
    const given = violation({ user: user({ UserName }), recorded: recorded({ Annotation: '' }) });
    expect(stepOf(given).command).toContain(`--user-name=${word} --access-key-id=`);
  });
});

describe('toRemediation', () => {
  const { place } = findingSettings;
  const step = 'In account 123456789012: Choose.';
  const longest = 512 - `${step} Run: `.length;

  it.each([
    [longest, `${step} Run: ${'c'.repeat(longest)}`],
    [longest + 1, `${step} The command is in ProductFields.RemediationCommand.`],
  ])('has a command of %d characters only if all of it fits', (length, expected) => {
    const nextStep = { instruction: 'Choose', command: 'c'.repeat(length) };
    expect(toRemediation(nextStep, user(), place).Recommendation?.Text).toBe(expected);
  });

  it('has only the instruction if there is no command', () => {
    const { Recommendation } = toRemediation({ instruction: 'Choose' }, user(), place);
    expect(Recommendation?.Text).toBe(step);
  });

  it.each([
    ['aws', 'us-east-1', 'https://console.aws.amazon.com/'],
    ['aws-us-gov', 'us-gov-west-1', 'https://console.amazonaws-us-gov.com/'],
    ['aws-cn', 'cn-north-1', 'https://console.amazonaws.cn/'],
  ])('links to the security credentials of the user in %s', (partition, region, host) => {
    const named = { UserName: 'a+b=c,d.e@f_g-h' };
    const { Recommendation } = toRemediation({ instruction: 'Choose' }, named, {
      ...place,
      partition,
      region,
    });
    expect(Recommendation?.Url).toBe(
      `${host}iam/home?region=${region}#/users/details/a%2Bb%3Dc%2Cd.e%40f_g-h?section=security_credentials`,
    );
  });
});

describe('consolePage', () => {
  it.each([
    ['aws', 'us-east-1', 'https://console.aws.amazon.com/x?region=us-east-1#y'],
    [
      'aws-us-gov',
      'us-gov-west-1',
      'https://console.amazonaws-us-gov.com/x?region=us-gov-west-1#y',
    ],
    ['aws-cn', 'cn-north-1', 'https://console.amazonaws.cn/x?region=cn-north-1#y'],
    ['aws-iso', 'us-iso-east-1', undefined],
  ])('returns the address in the partition %s', (partition, region, expected) => {
    expect(consolePage({ partition, region, accountId: '123456789012' }, 'x#y')).toBe(expected);
  });
});
