import type { UserKeys } from '../../rule/evaluation/user-rule.ts';
import {
  type Inactivity,
  inactivitiesOf,
  isViolation,
} from '../../rule/inactive-access-key/inactivity.ts';
import type { InactivePolicy } from '../../rule/inactive-access-key/rule.ts';
import { idleSince, isActive } from '../../rule/keys/access-key.ts';
import { addDays } from '../../rule/keys/days.ts';
import { readExemption } from '../../rule/keys/exemption.ts';
import { changesOf, type KeyHistory } from '../../rule/keys/key-history.ts';
import { countedKeys } from '../../rule/single-access-key/compliance-reason.ts';
import { type RecommendationPolicy, recommend } from '../../rule/single-access-key/selection.ts';
import type { Plan } from '../plans/plan.ts';

const latestOf = (instants: readonly Date[]): Date =>
  new Date(Math.max(...instants.map((instant) => instant.getTime())));

/** Returns the end of an exemption that has expired, as a list of at most one instant. */
const exemptionEnd = (
  { exemption }: UserKeys,
  policy: Pick<RecommendationPolicy, 'exemptionTagKey' | 'at'>,
): readonly Date[] => {
  const tag = readExemption(exemption, policy);
  return tag?.problem === 'Expired' ? [addDays(new Date(`${tag.value}T00:00:00Z`), 1)] : [];
};

/**
 * Returns when a user began to have too many keys: the latest of the creation of its newest counted key, the end of its
 * rotation grace, the last change of a counted key to Active, and the end of its exemption.
 */
export const excessBegan = (
  user: UserKeys,
  history: KeyHistory,
  policy: RecommendationPolicy,
): Date => {
  const counted = countedKeys(user.keys, policy);
  const graceEnds = counted
    .filter(isActive)
    .map(({ CreateDate }) => addDays(CreateDate, policy.rotationGraceDays));
  const activations = counted
    .flatMap((key) => changesOf(history, key))
    .flatMap((change) => (change.status === 'Active' ? [change.eventTime] : []));
  const created = counted.map(({ CreateDate }) => CreateDate);
  return latestOf([...created, ...graceEnds, ...activations, ...exemptionEnd(user, policy)]);
};

/** Returns the latest instant at which a key can have been inactive for `maxInactiveDays`, undefined if nothing bounds it. */
const limitOf = (inactivity: Inactivity, { maxInactiveDays }: InactivePolicy): Date | undefined => {
  if ('unknown' in inactivity) return undefined;
  const since = 'since' in inactivity ? inactivity.since : inactivity.before;
  return addDays(since, maxInactiveDays);
};

/**
 * Returns when the first key of a user had been inactive for `maxInactiveDays`, or when the exemption of the user ended if
 * that was later. Returns undefined if it is unknown. A key that was inactive before the event history began counts as
 * inactive since then.
 */
export const inactivityBegan = (
  user: UserKeys,
  history: KeyHistory,
  policy: InactivePolicy,
): Date | undefined => {
  const limits = inactivitiesOf(user.keys, history, () => ({}))
    .filter((inactivity) => isViolation(inactivity, policy))
    .map((inactivity) => limitOf(inactivity, policy));
  const known = limits.filter((limit) => limit !== undefined);
  if (known.length < limits.length || known.length === 0) return undefined;
  const first = new Date(Math.min(...known.map((limit) => limit.getTime())));
  return latestOf([first, ...exemptionEnd(user, policy)]);
};

/**
 * Tells whether a violation is announced: it began at most a day before its first result, or it is unknown when.
 *
 * Boundary: exactly 24 hours before is announced.
 */
export const isAnnounced = (began: Date | undefined, recorded: Date): boolean =>
  began === undefined || addDays(began, 1) >= recorded;

const HOUR = 3_600_000;

/** Returns the first schedule at or after an instant. Schedules are aligned to hours in UTC. */
const scheduleFrom = (instant: Date, periodHours: number): Date => {
  const period = periodHours * HOUR;
  return new Date(Math.ceil(instant.getTime() / period) * period);
};

/** The schedule of automatic mode, and the instant from which it counts. */
type Schedule = { readonly periodHours: number; readonly at: Date };

/**
 * Returns the first schedule at which automatic mode may act on a plan, or `None` while the plan refuses.
 *
 * @param notBefore  the instant at which the reason of a refusal ends, if it is known
 */
export const forecastOf = (
  { Outcome }: Pick<Plan, 'Outcome'>,
  notBefore: Date | undefined,
  { periodHours, at }: Schedule,
): Date | 'None' => {
  if (Outcome !== 'Refused') return scheduleFrom(at, periodHours);
  return notBefore === undefined ? 'None' : scheduleFrom(latestOf([notBefore, at]), periodHours);
};

/** Returns when the key that would be deactivated has been idle for long enough, if this is why no key is selected. */
export const idleLongEnoughAt = (
  user: UserKeys,
  policy: RecommendationPolicy,
): Date | undefined => {
  const recommendation = recommend(user, policy);
  const refusal = 'refusal' in recommendation ? recommendation.refusal : undefined;
  return refusal?.reason === 'IdleTooShort'
    ? addDays(idleSince(refusal.longestIdle), policy.minimumIdleDays)
    : undefined;
};
