import * as v from 'valibot';
import type { LocalAccount } from '../account.ts';
import type { createClock } from '../clock.ts';

const Outputs = v.object({
  ConfigRuleName: v.string(),
  InactiveConfigRuleName: v.string(),
  DeactivationRunbookName: v.string(),
  DeactivationRoleArn: v.string(),
  ReactivationRunbookName: v.string(),
  ReactivationRoleArn: v.string(),
});

/** The outputs of the deployed stack that the demo uses. */
export type Outputs = v.InferOutput<typeof Outputs>;

/** Reads the outputs; throws when one is missing. */
export const readOutputs = (outputs: unknown): Outputs => v.parse(Outputs, outputs);

/** Milliseconds. */
export const DAY = 86_400_000;

/** Milliseconds until CloudTrail delivers an event. */
export const CLOUD_TRAIL_DELAY = 3 * 60_000;

/** Milliseconds that the deletion runbook waits. */
const HALF_AN_HOUR = 30 * 60_000;

/** Milliseconds between two evaluations; AWS Config allows one per minute. */
export const TWO_MINUTES = 2 * 60_000;

/** The account of the demo and its clock. */
export type Stage = {
  readonly account: LocalAccount;
  readonly clock: Pick<ReturnType<typeof createClock>, 'now' | 'advance' | 'slowDown'>;
};

/** Performs an action and waits until everything that it started has ended, including its events. */
export const actAndSettle = async <Result>(
  { account, clock }: Stage,
  act: () => Promise<Result>,
): Promise<Result> => {
  // The steps of a runbook take real seconds, in which its own events must not arrive.
  const result = await clock.slowDown(async () => {
    const answer = await act();
    await account.ssm.settled();
    // Only the deletion runbook sleeps, for half an hour.
    clock.advance(HALF_AN_HOUR);
    await account.ssm.settled();
    await account.config.settled();
    return answer;
  });
  clock.advance(CLOUD_TRAIL_DELAY);
  await account.settled();
  return result;
};
