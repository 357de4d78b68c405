import { afterEach, describe, expect, it } from 'vitest';
import { at, daysBefore } from '../../support/build.ts';
import { compliantUsers, type ServedRule, serveRule, usedKey } from '../../support/served-rule.ts';

let rule: ServedRule;
afterEach(() => rule.close());

const QUARANTINE_ARN = 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2';
const annotation = () => rule.reported()['alice']?.Annotation;
const keysOf = (UserName: string) => rule.iam.users.get(UserName)?.keys ?? [];
/** Uses a key now. */
const use = (index: number) => {
  const key = keysOf('alice')[index];
  if (key === undefined) throw new Error(`expected a key ${index}`);
  key.lastUsed = { LastUsedDate: rule.clock.now, ServiceName: 'ses-smtp', Region: 'eu-west-1' };
};

describe('the annotation of a sweep', () => {
  it('names the key that the evidence of this sweep selects', async () => {
    const users = [{ UserName: 'alice', keys: [usedKey(0), { CreateDate: daysBefore(1000) }] }];
    rule = await serveRule({ users, messageTypes: ['ScheduledNotification'] });
    const [daily, unused] = keysOf('alice').map(({ AccessKeyId }) => AccessKeyId);
    await rule.sweep();
    expect(annotation()).toContain(`Deactivate ${unused} (never used, created 2023-05-07).`);

    // The key that was never used is used now; the other one stays in use.
    rule.pass({ hours: 1 });
    use(1);
    rule.pass({ hours: 1 });
    await rule.sweep();
    expect(annotation()).toContain(
      `: the longest-idle key has been idle for less than 7 days (${daily}, last used 2026-01-31`,
    );

    // Only the key that was never used before stays in use.
    for (let day = 1; day <= 7; day += 1) {
      rule.pass({ days: 1 });
      use(1);
      await rule.sweep();
    }
    expect(annotation()).toContain(`Deactivate ${daily} (last used 2026-01-31, s3, us-east-1).`);
    expect(annotation()).toContain(`Keep ${unused} (last used 2026-02-07, ses-smtp, eu-west-1).`);
  });

  it('selects no key as long as a quarantine policy of AWS is attached', async () => {
    rule = await serveRule({
      users: [{ UserName: 'alice', keys: [usedKey(200), usedKey(1)] }, ...compliantUsers(3)],
      messageTypes: ['ScheduledNotification'],
    });
    const policy = (PolicyArn: string) => ({ UserName: 'alice', PolicyArn });
    await rule.call(
      'AttachUserPolicy',
      policy(QUARANTINE_ARN.replace('::aws:', '::123456789012:')),
    );
    await rule.sweep();
    expect(annotation()).toContain(' Deactivate ');

    await rule.call('AttachUserPolicy', policy(QUARANTINE_ARN));
    rule.pass({ hours: 1 });
    await rule.sweep();
    expect(annotation()).toContain(
      ': a key is exposed; contact its owner and rotate it (AWSCompromisedKeyQuarantineV2 is attached).',
    );

    await rule.call('DetachUserPolicy', policy(QUARANTINE_ARN));
    rule.pass({ hours: 1 });
    await rule.sweep();
    expect(annotation()).toContain(' Deactivate ');
    // One call for each violator, and none for compliant users.
    expect(rule.callCounts()['ListAttachedUserPolicies']).toBe(3);
  });

  it('says so at the change notification of the policy', async () => {
    rule = await serveRule({
      users: [{ UserName: 'alice', keys: [usedKey(200), usedKey(1)] }],
      messageTypes: ['ConfigurationItemChangeNotification'],
    });
    await rule.call('AttachUserPolicy', { UserName: 'alice', PolicyArn: QUARANTINE_ARN });
    await expect.poll(annotation).toContain('a key is exposed;');
    expect(rule.clock.now).toEqual(at);
  });
});
