import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../remediation/plans/plan.ts';
import { keyId } from '../../support/build.ts';
import { createRunbookAccount } from '../../support/runbook-account.ts';
import { readRunbook } from '../../support/runbook-document.ts';

const UserId = 'AIDAXXXXXXXXXXXXALICE';
const [selected, kept] = [keyId('GOES'), keyId('STAYS')];

/** Creates a plan that a runbook acts on. */
const acting = (Outcome: Plan['Outcome'], overrides: object = {}) => ({
  Outcome,
  UserId,
  UserName: 'alice',
  AccessKeyId: selected,
  KeepAccessKeyId: Outcome === 'Deactivate' ? kept : 'none',
  Reason: 'a reason',
  UndoCommand: 'none',
  NextCommand: 'none',
  Basis: 'a basis',
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

/** Runs read_plan.py as a step of a document does. Returns the step's payload, or its failure message. */
const read = async (plan: unknown, asked: object = {}) => {
  const Plan = typeof plan === 'string' ? plan : JSON.stringify(plan);
  const request = { UserId, AccessKeyId: '', DryRun: 'false', Expected: 'Deactivate', Planned: '' };
  const { steps } = await runbooks.run([
    {
      name: 'ReadPlan',
      action: 'aws:executeScript',
      inputs: { ...script?.inputs, InputPayload: { Plan, ...request, ...asked } },
    },
  ]);
  const [payload] = steps['ReadPlan']?.Outputs['Payload'] ?? [];
  return payload === undefined ? (steps['ReadPlan']?.FailureMessage ?? '') : JSON.parse(payload);
};

describe.each(['Deactivate', 'Reactivate', 'Delete'] as const)(
  'read_plan.py, for a plan to %s,',
  (Expected) => {
    const planned = `${selected} of alice (a basis)`;

    it('returns the plan to its own runbook', async () => {
      expect(await read(acting(Expected), { Expected })).toEqual(acting(Expected));
    });

    it('leaves out unknown members', async () => {
      const plan = { ...acting(Expected), Other: 'text' };
      expect(await read(plan, { Expected })).toEqual(acting(Expected));
    });

    it.each((['Deactivate', 'Reactivate', 'Delete'] as const).filter((act) => act !== Expected))(
      'refuses it for a runbook that expects to %s',
      async (act) => {
        expect(await read(acting(Expected), { Expected: act })).toContain(
          'invalid plan: expected a known Outcome',
        );
      },
    );

    it.each([
      ['a missing key', { AccessKeyId: 'none' }, 'a key to act on'],
      ['an empty key', { AccessKeyId: '' }, 'a key to act on'],
      ['a key with a line break', { AccessKeyId: `${selected}\n` }, 'a key to act on'],
      ['an empty user name', { UserName: '' }, 'a user name'],
      ['a user name that IAM does not allow', { UserName: 'alice; rm -rf /' }, 'a user name'],
      ['another user', { UserId: 'AIDAXXXXXXXXXXXXXXBOB' }, 'the requested user'],
      ['a number as a reason', { Reason: 7 }, 'only text members'],
      ['a list as an outcome', { Outcome: [Expected] }, 'only text members'],
      ['a missing member', { NextCommand: undefined }, 'only text members'],
    ])('refuses %s', async (_, overrides, what) => {
      expect(await read(acting(Expected, overrides), { Expected })).toContain(
        `invalid plan: expected ${what}`,
      );
    });

    it('refuses another key than the named one', async () => {
      expect(await read(acting(Expected), { Expected, AccessKeyId: selected })).toEqual(
        acting(Expected),
      );
      expect(await read(acting(Expected), { Expected, AccessKeyId: kept })).toContain(
        'invalid plan: expected the named key',
      );
    });

    it('refuses an outcome that does not match DryRun', async () => {
      const message = 'invalid plan: expected an Outcome that matches DryRun';
      const dry = { ...acting(Expected), Outcome: 'DryRun' };
      expect(await read(acting(Expected), { Expected, DryRun: 'true' })).toContain(message);
      expect(await read(dry, { Expected })).toContain(message);
      expect(await read(dry, { Expected, DryRun: 'true' })).toEqual(dry);
    });

    it('returns a second plan that is the same', async () => {
      const again = acting(Expected, { Reason: 'another reason' });
      expect(await read(again, { Expected, Planned: planned })).toEqual(again);
    });

    it.each([
      [
        'another key',
        { AccessKeyId: keyId('OTHER') },
        `${keyId('OTHER')} of alice (a basis): a reason`,
      ],
      ['another name', { UserName: 'alice2' }, `${selected} of alice2 (a basis): a reason`],
      [
        'another basis',
        { Basis: 'another basis' },
        `${selected} of alice (another basis): a reason`,
      ],
    ])('refuses a second plan with %s', async (_, overrides, now) => {
      const message = await read(acting(Expected, overrides), { Expected, Planned: planned });
      expect(message).toContain(
        `RuntimeError - Refused: the plan has changed from ${Expected} ${planned} to ${Expected} ${now}`,
      );
    });

    it.each([
      ['Refused', selected],
      ['Refused', 'none'],
      ['NothingToDo', selected],
      ['NothingToDo', 'none'],
    ])('refuses a second plan that is %s, with the key %s', async (Outcome, AccessKeyId) => {
      const plan = { ...acting(Expected), Outcome, AccessKeyId, Reason: 'too late' };
      const message = await read(plan, { Expected, Planned: planned });
      expect(message).toContain(
        `Refused: the plan has changed from ${Expected} ${planned} to ${Outcome}: too late`,
      );
    });

    it('fails with the reason of a refusal, and returns NothingToDo', async () => {
      const without = { AccessKeyId: 'none', UserName: 'none', Reason: 'in doubt' };
      const refused = { ...acting(Expected, without), Outcome: 'Refused' };
      expect(await read(refused, { Expected })).toContain('RuntimeError - Refused: in doubt');
      const nothing = { ...refused, Outcome: 'NothingToDo' };
      expect(await read(nothing, { Expected })).toEqual(nothing);
    });
  },
);

describe('read_plan.py', () => {
  it.each([
    ['the key that must stay active', acting('Deactivate', { KeepAccessKeyId: selected })],
    ['a key when no other one stays active', acting('Deactivate', { KeepAccessKeyId: 'none' })],
  ])('refuses to deactivate %s', async (_, plan) => {
    expect(await read(plan)).toMatch(
      /invalid plan: expected (two different keys|a key that stays)/,
    );
  });

  it.each(['none', '', 'Rumour'])('refuses to delete with the evidence %j', async (Evidence) => {
    expect(await read(acting('Delete', { Evidence }), { Expected: 'Delete' })).toContain(
      'invalid plan: expected an Evidence of the deactivation',
    );
  });

  it('returns a plan to delete with the evidence NoEvent', async () => {
    const plan = acting('Delete', { Evidence: 'NoEvent' });
    expect(await read(plan, { Expected: 'Delete' })).toEqual(plan);
  });

  it.each([
    ['null', 'an object'],
    ['"Delete"', 'an object'],
    ['[]', 'an object'],
    ['{"errorType":"TypeError","errorMessage":"lost"}', 'an Outcome, got TypeError: lost'],
  ])('refuses %s', async (text, what) => {
    expect(await read(text)).toContain(`invalid plan: expected ${what}`);
  });

  it('refuses text that is not JSON', async () => {
    expect(await read('Deactivate')).toContain('invalid plan: expected JSON');
  });
});
