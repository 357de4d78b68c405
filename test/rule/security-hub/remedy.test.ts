import { describe, expect, it } from 'vitest';
import { describeViolation as describeInactive } from '../../../rule/inactive-access-key/annotation.ts';
import type { AccessKey } from '../../../rule/keys/access-key.ts';
import { remedyOf, toRemediation } from '../../../rule/security-hub/next-step.ts';
import type { FindingRule } from '../../../rule/security-hub/settings.ts';
import { describeViolation } from '../../../rule/single-access-key/annotation.ts';
import { adviseOn } from '../../../rule/single-access-key/selection.ts';
import { accessKey, daysBefore, policy } from '../../support/build.ts';
import {
  findingSettings,
  held,
  inactiveRule,
  singleRule,
  user,
  violation,
} from '../../support/findings.ts';

const UserId = user().UserId;
const REMEDIATE = (rule: FindingRule) =>
  `aws configservice start-remediation-execution --region us-east-1 --config-rule-name ${rule.name} --resource-keys resourceType=AWS::IAM::User,resourceId=${UserId}`;
const START = (rule: FindingRule, AccessKeyId = 'KEY_ID') =>
  `aws ssm start-automation-execution --region us-east-1 --document-name ${rule.runbookName} --parameters AutomationAssumeRole=${rule.automationRoleArn},ConfigRuleName=${rule.name},UserId=${UserId},AccessKeyId=${AccessKeyId}`;

const strict = { ...policy, countInactiveAccessKeys: true };
const abandoned = accessKey('OLD', { LastUsedDate: daysBefore(200) });
const neverUsed = accessKey('NEVER', { CreateDate: daysBefore(2) });
const inUse = accessKey('NEW', { LastUsedDate: daysBefore(1) });
const recent = accessKey('RECENT', { LastUsedDate: daysBefore(2) });
const off = { ...abandoned, Status: 'Inactive' };
const offToo = accessKey('OFF', { LastUsedDate: daysBefore(200), Status: 'Inactive' });

/** What the rule says of keys, as a violation of a user who has them. */
const saidOf = (keys: readonly AccessKey[], by = policy, exemption?: string) => {
  const drift = undefined;
  const facts = { keys, exemption };
  const Annotation = describeViolation(facts, { advice: adviseOn(keys, by), drift }, by);
  return violation({ user: user({ keys }), held: held({ Annotation }) });
};
const silent = (Annotation: string | undefined, keys = [off, inUse], rule = singleRule) =>
  violation({ rule, user: user({ keys }), held: held({ Annotation }) });
const of = (given: ReturnType<typeof violation>) => remedyOf(given, findingSettings);

describe('remedyOf', () => {
  it.each([
    ['', policy, undefined],
    [' among all that count', strict, undefined],
    [' of a user whose exemption is over', { ...policy, exemptionTagKey: 'x' }, '2026-01-01'],
  ])('scenario 1: a key is chosen%s, the button deactivates it', (_, by, exemption) => {
    expect(of(saidOf([abandoned, inUse], by, exemption))).toEqual({
      instruction: `Deactivate the key idle longest by now, which was ${abandoned.AccessKeyId} when it was evaluated; in doubt this refuses and says why`,
      command: REMEDIATE(singleRule),
      rule: singleRule,
    });
  });

  it.each([
    { since: daysBefore(100), event: { status: 'Inactive', eventTime: daysBefore(100) } as never },
    { before: daysBefore(90) },
  ])(
    'scenario 1: the rule on inactive keys always has a key, after one of whom it knows less',
    (known) => {
      const unknown = { key: offToo, unknown: 'NoHistory' as const };
      const Annotation = describeInactive([unknown, { key: off, ...known }], {
        maxInactiveDays: 90,
      });
      expect(of(silent(Annotation, [off, offToo], inactiveRule))).toEqual({
        instruction:
          'Delete the inactive key, of several the one inactive longest, which cannot be undone; in doubt this refuses and says why',
        command: REMEDIATE(inactiveRule),
        rule: inactiveRule,
      });
    },
  );

  it.each([
    ['a tie', [abandoned, { ...abandoned, AccessKeyId: inUse.AccessKeyId }]],
    ['a new key that nobody uses yet', [abandoned, neverUsed]],
    ['one that is idle too short', [recent, inUse]],
  ])('scenario 2: no key is chosen for %s, a person names one', (_, keys) => {
    for (const by of [policy, strict])
      expect(of(saidOf(keys, by))).toEqual({
        instruction: 'Decide which key goes and start the runbook with its AccessKeyId',
        command: START(singleRule),
        rule: singleRule,
      });
  });

  it('scenario 2: nor where no word is left for the keys', () => {
    const brief =
      '2 active access keys, 1 allowed. No key is chosen. minimumIdleDays 7, UTC dates.';
    expect(of(silent(brief)).command).toBe(START(singleRule));
    const named = `2 active access keys, 1 allowed. No key is chosen of ${off.AccessKeyId} and ${offToo.AccessKeyId}: tie.`;
    expect(of(silent(named, [off, offToo])).command).toBe(START(inactiveRule));
  });

  it('scenario 3: no inactive key is chosen, a person names one to the runbook that deletes', () => {
    expect(of(saidOf([off, offToo, inUse], { ...strict, maxActiveAccessKeys: 2 }))).toEqual({
      instruction:
        'Decide which inactive key is deleted, which cannot be undone, and start the runbook with its AccessKeyId',
      command: START(inactiveRule),
      rule: inactiveRule,
    });
  });

  it('scenario 4: a key is to be deleted, by the runbook that deletes', () => {
    expect(of(saidOf([off, inUse], strict))).toEqual({
      instruction: `Delete ${off.AccessKeyId}, which cannot be undone; in doubt this refuses and says why`,
      command: START(inactiveRule, off.AccessKeyId),
      rule: inactiveRule,
    });
  });

  it.each([
    ['a key is chosen', saidOf([abandoned, inUse]), singleRule],
    [
      'one is inactive for too long',
      silent(`${off.AccessKeyId} inactive since 2025-10-01.`, [off], inactiveRule),
      inactiveRule,
    ],
  ])(
    'scenario 1: %s in GovCloud, where AWS Config has no button: the command starts the runbook',
    (_, given, rule) => {
      const place = { ...findingSettings.place, partition: 'aws-us-gov', region: 'us-gov-west-1' };
      const remedy = remedyOf(given, { ...findingSettings, place });
      expect(remedy).toEqual({
        ...of(given),
        command: `aws ssm start-automation-execution --region us-gov-west-1 --document-name ${rule.runbookName} --parameters AutomationAssumeRole=${rule.automationRoleArn},ConfigRuleName=${rule.name},UserId=${UserId}`,
      });
    },
  );

  const toDeactivate = saidOf([abandoned, inUse]).held.Annotation;
  const toDelete = saidOf([off, inUse], strict).held.Annotation;
  const look =
    'Look at the keys of the user, decide which one goes, and start the runbook with its AccessKeyId';
  it.each([
    ['no annotation', silent(undefined)],
    ['an empty one', silent('')],
    ['one that another wrote', silent(`Delete ${off.AccessKeyId}.`)],
    ['one that quotes the rule', silent(`Not so: ${toDelete}`)],
    ['a key to delete that is active by now', silent(toDelete, [abandoned, inUse])],
    [
      'a key to delete whose status no runbook can date',
      silent(toDelete, [{ ...off, Status: 'Expired' }]),
    ],
    ['a key to delete that is gone', silent(toDelete, [inUse])],
    ['a key to deactivate that is inactive by now', silent(toDeactivate, [off, inUse])],
    ['a key to deactivate that is gone', silent(toDeactivate, [inUse])],
    ['a key to deactivate, of a user without keys', silent(toDeactivate, [])],
  ])('scenario 5: of %s, a person looks at the keys', (_, given) => {
    expect(of(given)).toEqual({ instruction: look, command: START(singleRule), rule: singleRule });
  });

  it.each([
    toDelete,
    `${off.AccessKeyId} is old`,
    `x${off.AccessKeyId.repeat(7)} inactive since 2026-01-01`,
    `${inUse.AccessKeyId} inactive since 2025-10-01.`,
  ])(
    'scenario 5: nor does the rule on inactive keys take %j for its own, or for true still',
    (Annotation) => {
      const remedy = of(silent(Annotation, [off, inUse], inactiveRule));
      expect(remedy).toEqual({
        instruction: look,
        command: START(inactiveRule),
        rule: inactiveRule,
      });
    },
  );
});

describe('the text of a remedy', () => {
  const remedyWith = (length: number) => ({
    ...of(silent(undefined)),
    command: 'c'.repeat(length),
  });
  const before = `In account 123456789012: ${of(silent(undefined)).instruction}`;
  const fits = 512 - before.length - 2;

  it.each([
    [fits, `${before}: ${'c'.repeat(fits)}`],
    [fits + 1, `${before}. The command is RemediationCommand of the ProductFields.`],
  ])('has a command of %d characters whole, or not at all', (length, expected) => {
    const { Recommendation } = toRemediation(remedyWith(length), findingSettings.place);
    expect(Recommendation?.Text).toBe(expected);
  });

  it('links the runbook that the command starts', () => {
    const remedy = of(saidOf([off, inUse], strict));
    expect(toRemediation(remedy, findingSettings.place).Recommendation?.Url).toContain(
      `/execute/${inactiveRule.runbookName}?`,
    );
  });
});
