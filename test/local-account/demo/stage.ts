import * as v from 'valibot';
import type { LocalAccount } from '../account.ts';
import type { createClock } from '../clock.ts';

const Outputs = v.object({
  ConfigRuleName: v.string(),
  InactiveConfigRuleName: v.string(),
  ReactivationRunbookName: v.string(),
  ReactivationRoleArn: v.string(),
});

/** The outputs of the deployed stack that the demo goes by. */
export type Outputs = v.InferOutput<typeof Outputs>;

/** Reads them; throws where one is missing. */
export const readOutputs = (outputs: unknown): Outputs => v.parse(Outputs, outputs);

/** In milliseconds of the account. */
export const DAY = 86_400_000;

/** What CloudTrail takes to deliver an event, in milliseconds of the account. */
export const CLOUD_TRAIL_DELAY = 3 * 60_000;

/** How long the runbook that deletes waits, in milliseconds of the account. */
const HALF_AN_HOUR = 30 * 60_000;

/** In milliseconds of the account: Config evaluates a rule at most once a minute. */
export const TWO_MINUTES = 2 * 60_000;

/** Where the story takes place: an account, and its time. */
export type Stage = {
  readonly account: LocalAccount;
  readonly clock: Pick<ReturnType<typeof createClock>, 'now' | 'advance' | 'slowDown'>;
};

/** Acts, and resolves when all that this began has ended, and all that its events begin. */
export const actUntilRest = async <Result>(
  { account, clock }: Stage,
  act: () => Promise<Result>,
): Promise<Result> => {
  // On a busy machine the steps of a runbook take seconds: its events must not overtake it in minutes of the account.
  const result = await clock.slowDown(async () => {
    const answer = await act();
    await account.ssm.settled();
    // Where a runbook sleeps, it is the half hour of a deletion.
    clock.advance(HALF_AN_HOUR);
    await account.ssm.settled();
    await account.config.settled();
    return answer;
  });
  clock.advance(CLOUD_TRAIL_DELAY);
  await account.settled();
  return result;
};
