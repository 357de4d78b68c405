import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../remediation/plans/plan.ts';
import { keyId } from '../../support/build.ts';
import { createRunbookAccount } from '../../support/runbook-account.ts';
import { readRunbook } from '../../support/runbook-document.ts';

const UserId = 'AIDAXXXXXXXXXXXXALICE';
const [goes, stays] = [keyId('GOES'), keyId('STAYS')];

/** A plan that acts, in the way of each runbook. */
const acting = (Outcome: Plan['Outcome'], overrides: object = {}) => ({
  Outcome,
  UserId,
  UserName: 'alice',
  AccessKeyId: goes,
  KeepAccessKeyId: Outcome === 'Deactivate' ? stays : 'none',
  Reason: 'a reason',
  UndoCommand: 'none',
  NextCommand: 'none',
  Basis: 'what is known',
  Evidence: Outcome === 'Delete' ? 'CloudTrail' : 'none',
  ...overrides,
});

const script = readRunbook('deactivate-access-key').mainSteps.find(
  ({ name }) => name === 'ReadPlan',
);

let runbooks: Awaited<ReturnType<typeof createRunbookAccount>>;
beforeAll(async () => {
  runbooks = await createRunbookAccount({ automation: { python: ['python3', '-S'] } });
});
afterAll(() => runbooks.account.close());

/** Reads a plan as a step of a document does; answers what the step gives on, or why it fails. */
const read = async (plan: unknown, asked: object = {}) => {
  const Plan = typeof plan === 'string' ? plan : JSON.stringify(plan);
  const request = { UserId, AccessKeyId: '', DryRun: 'false', Expected: 'Deactivate', Planned: '' };
  const { steps } = await runbooks.run([
    {
      name: 'ReadPlan',
      action: 'aws:executeScript',
      inputs: { ...script?.inputs, InputPayload: { Plan, ...request, ...asked } },
      outputs: [{ Name: 'Payload', Selector: '$.Payload', Type: 'StringMap' }],
    },
  ]);
  const [payload] = steps['ReadPlan']?.Outputs['Payload'] ?? [];
  return payload === undefined ? (steps['ReadPlan']?.FailureMessage ?? '') : JSON.parse(payload);
};

describe.each(['Deactivate', 'Reactivate', 'Delete'] as const)('a plan to %s', (Expected) => {
  const planned = `${goes} of alice (what is known)`;

  it('is taken as it is, for its own runbook', async () => {
    expect(await read(acting(Expected), { Expected })).toEqual(acting(Expected));
  });

  it('is taken without members that nobody knows', async () => {
    const plan = { ...acting(Expected), Other: 'text' };
    expect(await read(plan, { Expected })).toEqual(acting(Expected));
  });

  it.each((['Deactivate', 'Reactivate', 'Delete'] as const).filter((act) => act !== Expected))(
    'is no plan to %s',
    async (act) => {
      expect(await read(acting(Expected), { Expected: act })).toContain(
        'no valid plan: expected a known Outcome',
      );
    },
  );

  it.each([
    ['no key', { AccessKeyId: 'none' }, 'a key to act on'],
    ['an empty key', { AccessKeyId: '' }, 'a key to act on'],
    ['a key with more behind it', { AccessKeyId: `${goes}\n` }, 'a key to act on'],
    ['no user name', { UserName: '' }, 'a user name'],
    ['a name of more than IAM allows', { UserName: 'alice; rm -rf /' }, 'a user name'],
    ['another user', { UserId: 'AIDAXXXXXXXXXXXXXXBOB' }, 'the user that was asked for'],
    ['a member that is no text', { Reason: 7 }, 'texts only'],
    ['a member less', { NextCommand: undefined }, 'texts only'],
  ])('is none with %s', async (_, overrides, what) => {
    expect(await read(acting(Expected, overrides), { Expected })).toContain(
      `no valid plan: expected ${what}`,
    );
  });

  it('is none for another key than the named one', async () => {
    expect(await read(acting(Expected), { Expected, AccessKeyId: goes })).toEqual(acting(Expected));
    expect(await read(acting(Expected), { Expected, AccessKeyId: stays })).toContain(
      'no valid plan: expected the key that was named',
    );
  });

  it('is none in a dry run, nor is a dry run one that nobody asked for', async () => {
    const message = 'no valid plan: expected an Outcome that fits DryRun';
    const dry = { ...acting(Expected), Outcome: 'DryRun' };
    expect(await read(acting(Expected), { Expected, DryRun: 'true' })).toContain(message);
    expect(await read(dry, { Expected })).toContain(message);
    expect(await read(dry, { Expected, DryRun: 'true' })).toEqual(dry);
  });

  it('is taken again while it is the same', async () => {
    const again = acting(Expected, { Reason: 'another reason' });
    expect(await read(again, { Expected, Planned: planned })).toEqual(again);
  });

  it.each([
    [
      'another key',
      { AccessKeyId: keyId('OTHER') },
      `${keyId('OTHER')} of alice (what is known): a reason`,
    ],
    ['another name', { UserName: 'alice2' }, `${goes} of alice2 (what is known): a reason`],
    ['another basis', { Basis: 'a use' }, `${goes} of alice (a use): a reason`],
  ])('has changed when it is one of %s', async (_, overrides, now) => {
    const message = await read(acting(Expected, overrides), { Expected, Planned: planned });
    expect(message).toContain(
      `RuntimeError - Refused: the plan has changed: ${Expected} ${planned} was planned, now ${Expected} ${now}`,
    );
  });

  it.each([
    ['Refused', goes],
    ['Refused', 'none'],
    ['NothingToDo', goes],
    ['NothingToDo', 'none'],
  ])('has changed when it is %s about the key %s', async (Outcome, AccessKeyId) => {
    const plan = { ...acting(Expected), Outcome, AccessKeyId, Reason: 'too late' };
    const message = await read(plan, { Expected, Planned: planned });
    expect(message).toContain(
      `Refused: the plan has changed: ${Expected} ${planned} was planned, now ${Outcome}: too late`,
    );
  });

  it('is refused for its reason, and there may be nothing to do', async () => {
    const without = { AccessKeyId: 'none', UserName: 'none', Reason: 'in doubt' };
    const refused = { ...acting(Expected, without), Outcome: 'Refused' };
    expect(await read(refused, { Expected })).toContain('RuntimeError - Refused: in doubt');
    const nothing = { ...refused, Outcome: 'NothingToDo' };
    expect(await read(nothing, { Expected })).toEqual(nothing);
  });
});

describe('a plan', () => {
  it.each([
    ['to deactivate the key that stays', acting('Deactivate', { KeepAccessKeyId: goes })],
    ['to deactivate without a key that stays', acting('Deactivate', { KeepAccessKeyId: 'none' })],
  ])('%s is none', async (_, plan) => {
    expect(await read(plan)).toMatch(
      /no valid plan: expected (two different keys|a key that stays)/,
    );
  });

  it.each(['none', '', 'Rumour'])('to delete by the evidence %j is none', async (Evidence) => {
    expect(await read(acting('Delete', { Evidence }), { Expected: 'Delete' })).toContain(
      'no valid plan: expected an Evidence of the deactivation',
    );
  });

  it('to delete may have no event to show', async () => {
    const plan = acting('Delete', { Evidence: 'NoEvent' });
    expect(await read(plan, { Expected: 'Delete' })).toEqual(plan);
  });

  it.each([
    ['null', 'an object'],
    ['"Delete"', 'an object'],
    ['[]', 'an object'],
    ['{"errorType":"TypeError","errorMessage":"lost"}', 'an Outcome, got TypeError: lost'],
  ])('%s is none', async (text, what) => {
    expect(await read(text)).toContain(`no valid plan: expected ${what}`);
  });

  it('that is no JSON is none', async () => {
    expect(await read('Deactivate')).toContain('no valid plan: expected JSON');
  });
});
