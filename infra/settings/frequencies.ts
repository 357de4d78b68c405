/**
 * Hours between two evaluations of the schedule.
 *
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html
 */
export const HOURS = {
  One_Hour: 1,
  Three_Hours: 3,
  Six_Hours: 6,
  Twelve_Hours: 12,
  TwentyFour_Hours: 24,
} as const;

/** How often the schedule evaluates an account. */
export type Frequency = keyof typeof HOURS;

/** All of them, the most often first. */
export const FREQUENCIES = Object.keys(HOURS) as readonly Frequency[];
