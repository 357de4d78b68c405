import * as v from 'valibot';
import { type Action, StepTimedOut } from './action.ts';
import {
  assertAwsResourceProperty,
  executeAwsApi,
  invokeLambdaFunction,
  waitForAwsResourceProperty,
} from './api.ts';
import { approve } from './approve.ts';
import { branch } from './branch.ts';
import { executeScript } from './script.ts';

/** ISO 8601 as far as hours, minutes and seconds: `PT1H30M`. */
const Duration = v.pipe(
  v.string(),
  v.regex(/^PT(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/, 'expected a duration such as PT30S'),
);

const inMilliseconds = (duration: string) => {
  const [hours = 0, minutes = 0, seconds = 0] = ['H', 'M', 'S'].map((unit) =>
    Number(new RegExp(`(\\d+)${unit}`).exec(duration)?.[1] ?? 0),
  );
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
};

const sleep: Action = {
  outputs: [],
  maxSeconds: 7 * 24 * 3600,
  onlyRests: true,
  run: async (given, { rest, timeoutSeconds }) => {
    const inputs = v.parse(v.strictObject({ Duration }), given);
    const [wanted, most] = [inMilliseconds(inputs.Duration), timeoutSeconds * 1000];
    await rest(Math.min(wanted, most));
    if (wanted > most) throw new StepTimedOut();
    return { response: {} };
  },
};

/**
 * The actions that the local account executes.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
 */
export const ACTIONS: Readonly<Record<string, Action>> = {
  'aws:approve': approve,
  'aws:assertAwsResourceProperty': assertAwsResourceProperty,
  'aws:branch': branch,
  'aws:executeAwsApi': executeAwsApi,
  'aws:executeScript': executeScript,
  'aws:invokeLambdaFunction': invokeLambdaFunction,
  'aws:sleep': sleep,
  'aws:waitForAwsResourceProperty': waitForAwsResourceProperty,
};
