import * as v from 'valibot';
import { type Action, StepTimedOut } from './action.ts';
import { executeAwsApi, invokeLambdaFunction } from './api.ts';
import { approve } from './approve.ts';
import { branch } from './branch.ts';
import { executeScript } from './script.ts';

/** An ISO 8601 duration of hours, minutes and seconds, such as `PT1H30M`. */
const Duration = v.pipe(
  v.string(),
  v.regex(/^PT(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/, 'expected a duration such as PT30S'),
);
const SleepInputs = v.strictObject({ Duration });

const inMilliseconds = (duration: string) => {
  const [hours = 0, minutes = 0, seconds = 0] = ['H', 'M', 'S'].map((unit) =>
    Number(new RegExp(`(\\d+)${unit}`).exec(duration)?.[1] ?? 0),
  );
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
};

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-sleep.html */
const sleep: Action = {
  inputs: SleepInputs,
  outputs: {},
  maxSeconds: 7 * 24 * 3600,
  onlyRests: true,
  run: async (given, { rest, timeoutSeconds }) => {
    const duration = inMilliseconds(v.parse(SleepInputs, given).Duration);
    const limit = timeoutSeconds * 1000;
    await rest(Math.min(duration, limit));
    if (duration > limit) throw new StepTimedOut();
    return { response: {} };
  },
};

/**
 * The actions that the simulated account runs.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
 */
export const ACTIONS: Readonly<Record<string, Action>> = {
  'aws:approve': approve,
  'aws:branch': branch,
  'aws:executeAwsApi': executeAwsApi,
  'aws:executeScript': executeScript,
  'aws:invokeLambdaFunction': invokeLambdaFunction,
  'aws:sleep': sleep,
};
