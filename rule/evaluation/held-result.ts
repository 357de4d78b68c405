import { isDaysBefore } from '../keys/days.ts';
import type { UserRule } from './user-rule.ts';
import type { Verdict } from './verdict.ts';

/** What Config holds of a user: a verdict and the instant that it is ordered by. */
export type HeldResult = Verdict & { readonly OrderingTimestamp: Date };

/** The results that Config holds of a rule's users, by the user's id. */
export type HeldResults = ReadonlyMap<string, HeldResult>;

/** By what results are compared: how often they are refreshed, and the instant of the run. */
export type ComparisonPolicy = Pick<UserRule, 'refreshDays' | 'at'>;

/** The result is of a later instant than the run: a newer run said it, and nothing replaces it. */
export const isNewer = ({ OrderingTimestamp }: HeldResult, at: Date): boolean =>
  OrderingTimestamp > at;

/** The result is `refreshDays` × 24 hours old or older: it is reported again, whatever it says. */
export const isDue = ({ OrderingTimestamp }: HeldResult, policy: ComparisonPolicy): boolean =>
  isDaysBefore(OrderingTimestamp, policy.refreshDays, policy.at);
