import { shorten } from '../annotation.ts';
import { addDays, date } from '../days.ts';
import {
  describeExempt,
  describeProblem,
  type Exemption,
  type ValidExemption,
} from '../exemption.ts';
import { DAYS_OF_HISTORY } from '../key-history.ts';
import type { Inactivity, Unknown } from './inactivity.ts';

const UNKNOWN: Readonly<Record<Unknown, string>> = {
  NotVisible: 'no event of its deactivation in the history yet',
  NoHistory: 'no event history',
  OtherStatus: 'no event sets this status',
};

const saysAtLeast = (AccessKeyId: string): string =>
  `${AccessKeyId} inactive for at least ${DAYS_OF_HISTORY} days`;

const saysSince = (AccessKeyId: string): string => `${AccessKeyId} inactive since `;

/** Since when a key is inactive, as the annotation and the plan say it; the date is UTC. */
export const describeInactivity = (inactivity: Inactivity): string => {
  const { AccessKeyId, Status } = inactivity.key;
  if ('since' in inactivity) return `${saysSince(AccessKeyId)}${date(inactivity.since)}`;
  if ('before' in inactivity) return saysAtLeast(AccessKeyId);
  const status = Status === 'Inactive' ? 'inactive' : Status;
  return `${AccessKeyId} ${status}, unknown since when (${UNKNOWN[inactivity.unknown]})`;
};

const describeAll = (inactivities: readonly Inactivity[]): string =>
  inactivities.map(describeInactivity).join('; ');

/** The annotation names the key. */
export const namesKey = (annotation: string, AccessKeyId: string): boolean =>
  annotation.includes(AccessKeyId);

/** The annotation tells since when the key is inactive: it was written of an event. */
export const tellsSinceWhen = (annotation: string, AccessKeyId: string): boolean =>
  annotation.includes(saysSince(AccessKeyId));

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

/** What it shows beside a user whose keys may be inactive for a while yet; nothing when all are active. */
export const describeAllowed = (
  inactivities: readonly Inactivity[],
  { maxInactiveDays }: Limit,
): string | undefined => {
  if (inactivities.length === 0) return undefined;
  const ends = inactivities.flatMap((inactivity) =>
    'since' in inactivity ? [addDays(inactivity.since, maxInactiveDays)] : [],
  );
  const first = ends.toSorted((one, other) => one.getTime() - other.getTime())[0];
  const until = first === undefined ? '' : ` Allowed until ${first.toISOString()}.`;
  return shorten(`${describeAll(inactivities)}.${until} UTC dates.`);
};
