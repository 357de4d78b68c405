import type { Step } from './content.ts';
import { problem } from './problem.ts';

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-sleep.html */
const LONGEST_SECONDS = 604_799;

const secondsOf = (duration: string): number | undefined => {
  const parts = /^P(?=.)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(duration);
  if (parts === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
};

/** Whether a sleep has a duration that Systems Manager knows, and time to come to its end. */
export const sleepProblems = ({ name, inputs, timeoutSeconds }: Step): readonly string[] => {
  const where = `${name}.inputs.Duration`;
  const seconds = secondsOf(String(inputs['Duration']));
  if (seconds === undefined || seconds < 1 || seconds > LONGEST_SECONDS)
    return [
      problem(where, `an ISO 8601 duration of 1 to ${LONGEST_SECONDS} s`, inputs['Duration']),
    ];
  const hasTime = timeoutSeconds === undefined || timeoutSeconds > seconds;
  return hasTime
    ? []
    : [problem(`${name}.timeoutSeconds`, `more than the ${seconds} s of Duration`, timeoutSeconds)];
};
