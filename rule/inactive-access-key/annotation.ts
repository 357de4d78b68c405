import type { ParsedAnnotation } from '../evaluation/annotation.ts';
import type { Background } from '../evaluation/user-rule.ts';
import { type AccessKey, compareText } from '../keys/access-key.ts';
import { addDays, date } from '../keys/days.ts';
import {
  describeExemption,
  describeProblem,
  type Exemption,
  type ValidExemption,
} from '../keys/exemption.ts';
import { DAYS_OF_HISTORY } from '../keys/key-history.ts';
import type { Inactivity, Known } from './inactivity.ts';

const AT_LEAST = `has been inactive for at least ${DAYS_OF_HISTORY} days`;
const SINCE = 'has been inactive since';
const ACTIVE_ON = 'is inactive and was active on';

/** Describes when a key became inactive. Dates are UTC. */
export const describeInactivity = (inactivity: Inactivity): string => {
  const { AccessKeyId, Status } = inactivity.key;
  if ('since' in inactivity) return `${AccessKeyId} ${SINCE} ${date(inactivity.since)}`;
  if ('before' in inactivity) return `${AccessKeyId} ${AT_LEAST}`;
  if (inactivity.unknown === 'NotVisible')
    return `${AccessKeyId} ${ACTIVE_ON} ${date(inactivity.activeAt)}`;
  return inactivity.unknown === 'NoHistory'
    ? `${AccessKeyId} is inactive since an unknown date (no event history)`
    : `${AccessKeyId} is ${Status} since an unknown date`;
};

const describeAll = (inactivities: readonly Inactivity[]): string =>
  inactivities.map(describeInactivity).join('; ');

/** The parameter of the rule, and the exemption tag of the user if it has one. */
type Limit = { readonly maxInactiveDays: number; readonly exemption?: Exemption | undefined };

/** Wordings without the user name, the longest first. Every wording names every key that is not active. */
type Wordings = readonly [string, ...string[]];

/** Describes a violation. */
export const describeViolation = (
  inactivities: readonly Inactivity[],
  { maxInactiveDays, exemption }: Limit,
): Wordings => {
  const text = `${describeAll(inactivities)}.${describeProblem(exemption)}`;
  const nextStep = `Delete a key that has been inactive for ${maxInactiveDays} days, or reactivate it.`;
  return [`${text} ${nextStep}`, text];
};

/** Describes a user that its tag exempts. The shorter wording omits the tag. */
export const describeExempt = (
  inactivities: readonly Inactivity[],
  exemption: ValidExemption,
): Wordings => {
  const all = describeAll(inactivities);
  return [`${describeExemption(exemption)}: ${all}.`, `Exempt until ${exemption.until}: ${all}.`];
};

/** Describes a user whose keys have not been inactive for too long. */
export const describeAllowed = (
  inactivities: readonly Inactivity[],
  { maxInactiveDays }: Limit,
): Wordings => {
  const [first] = inactivities
    .flatMap((inactivity) =>
      'since' in inactivity ? [addDays(inactivity.since, maxInactiveDays).toISOString()] : [],
    )
    .toSorted();
  const until = first === undefined ? '' : ` Allowed until ${first}.`;
  return [`${describeAll(inactivities)}.${until}`];
};

/**
 * Parses what a recorded result says about a key. Its annotation names every key that was not active at that time, so a
 * key that it does not name was active or did not exist.
 */
export const knownFrom =
  (recorded: Background['recorded']) =>
  ({ AccessKeyId }: Pick<AccessKey, 'AccessKeyId'>): Known => {
    if (recorded === undefined) return { isConcluded: false };
    const { Annotation, OrderingTimestamp } = recorded;
    if (!Annotation?.includes(AccessKeyId))
      return { isConcluded: false, activeAt: OrderingTimestamp };
    if (Annotation.includes(`${AccessKeyId} ${AT_LEAST}`)) return { isConcluded: true };
    const [, after = ''] = Annotation.split(`${AccessKeyId} ${ACTIVE_ON} `);
    const [day] = /^\d{4}-\d\d-\d\d/.exec(after) ?? [];
    // The annotation has no time of day, so the key counts as active until the end of that day.
    return { isConcluded: false, activeAt: day ? new Date(`${day}T23:59:59.999Z`) : undefined };
  };

const BEGINNING = /^\S{1,128}: \w{16,128} (?:is|has been) /;

const INACTIVE = new RegExp(`(?:: |; )(\\w{16,128}) (?:${AT_LEAST}|${SINCE} (\\S{10}))`, 'g');

/** Parses the annotation of a violation. Returns the key that has been inactive longest, or undefined for any other text. */
export const parseAnnotation = (annotation: string): ParsedAnnotation | undefined => {
  if (!BEGINNING.test(annotation)) return undefined;
  const inactive = [...annotation.matchAll(INACTIVE)];
  const [longest] = inactive.toSorted(([, , one = ''], [, , other = '']) =>
    compareText(one, other),
  );
  const AccessKeyId = longest?.[1];
  return AccessKeyId === undefined
    ? undefined
    : { recommendation: 'Remediate', AccessKeyId, Status: 'Inactive' };
};
