import { shorten } from '../evaluation/evaluation.ts';
import type { AccessKey } from '../keys/access-key.ts';
import { addDays, date } from '../keys/days.ts';
import {
  describeExempt,
  describeProblem,
  type Exemption,
  type ValidExemption,
} from '../keys/exemption.ts';
import { DAYS_OF_HISTORY } from '../keys/key-history.ts';
import type { Inactivity, Unknown } from './inactivity.ts';

const UNKNOWN = {
  NoHistory: 'no event history',
  OtherStatus: 'no event sets this status',
} as const;

const saysAtLeast = (AccessKeyId: string): string =>
  `${AccessKeyId} inactive for at least ${DAYS_OF_HISTORY} days`;

const ACTIVE_ON = 'unknown since when (active on ';

const describeUnknown = ({
  key: { AccessKeyId, Status },
  ...why
}: { key: AccessKey } & Unknown) => {
  if (why.unknown === 'NotVisible')
    return `${AccessKeyId} inactive, ${ACTIVE_ON}${date(why.activeAt)}, no event since)`;
  const status = Status === 'Inactive' ? 'inactive' : Status;
  return `${AccessKeyId} ${status}, unknown since when (${UNKNOWN[why.unknown]})`;
};

/** Since when a key is inactive, as the annotation and the plan say it; the date is UTC. */
export const describeInactivity = (inactivity: Inactivity): string => {
  const { AccessKeyId } = inactivity.key;
  if ('since' in inactivity) return `${AccessKeyId} inactive since ${date(inactivity.since)}`;
  return 'before' in inactivity ? saysAtLeast(AccessKeyId) : describeUnknown(inactivity);
};

const describeAll = (inactivities: readonly Inactivity[]): string =>
  inactivities.map(describeInactivity).join('; ');

/** The annotation names the key. */
export const namesKey = (annotation: string, AccessKeyId: string): boolean =>
  annotation.includes(AccessKeyId);

/** The end of the day on which the annotation says that the key was active, or nothing when it does not. */
export const activeOn = (annotation: string, AccessKeyId: string): Date | undefined => {
  const [, after] = annotation.split(`${AccessKeyId} inactive, ${ACTIVE_ON}`);
  const day = after?.match(/^\d{4}-\d\d-\d\d/)?.[0];
  return day === undefined ? undefined : new Date(`${day}T23:59:59.999Z`);
};

/** The annotation says of the key that it is inactive since before the history began. */
export const isSureOfKey = (annotation: string, AccessKeyId: string): boolean =>
  annotation.includes(saysAtLeast(AccessKeyId));

/** The limit, what is wrong with a tag that was meant to lift it, and what to do. */
type Limit = { readonly maxInactiveDays: number; readonly exemption?: Exemption | undefined };

/** What the Config console shows beside a user with a key that is inactive for too long; ASCII, dates in UTC. */
export const describeViolation = (
  inactivities: readonly Inactivity[],
  { maxInactiveDays, exemption }: Limit,
): string =>
  shorten(
    `${describeAll(inactivities)}.${describeProblem(exemption)} maxInactiveDays ${maxInactiveDays}: delete it, or make it active again. UTC dates.`,
  );

/** What it shows beside a user whom a tag exempts. */
export const describeExemption = (
  inactivities: readonly Inactivity[],
  exemption: ValidExemption,
): string => shorten(`${describeExempt(exemption)}${describeAll(inactivities)}. UTC dates.`);

/** What it shows beside a user whose keys may be inactive for a while yet. */
export const describeAllowed = (
  inactivities: readonly Inactivity[],
  { maxInactiveDays }: Limit,
): string => {
  const ends = inactivities.flatMap((inactivity) =>
    'since' in inactivity ? [addDays(inactivity.since, maxInactiveDays)] : [],
  );
  const first = ends.toSorted((one, other) => one.getTime() - other.getTime())[0];
  const until = first === undefined ? '' : ` Allowed until ${first.toISOString()}.`;
  return shorten(`${describeAll(inactivities)}.${until} UTC dates.`);
};
