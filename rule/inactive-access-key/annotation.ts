import type { ParsedAnnotation } from '../evaluation/annotation.ts';
import type { Background } from '../evaluation/user-rule.ts';
import type { AccessKey } from '../keys/access-key.ts';
import { addDays, date } from '../keys/days.ts';
import {
  describeExemption,
  describeProblem,
  type Exemption,
  type ValidExemption,
} from '../keys/exemption.ts';
import { DAYS_OF_HISTORY } from '../keys/key-history.ts';
import { byInactivity, type Inactivity, isViolation, type Known } from './inactivity.ts';

const AT_LEAST = `has been inactive for at least ${DAYS_OF_HISTORY} days`;
const SINCE = 'has been inactive since';
const ACTIVE_ON = 'is inactive and was active on';
const UNKNOWN = 'since an unknown date';

/** Describes when a key became inactive. Dates are UTC. */
export const describeInactivity = (inactivity: Inactivity): string => {
  const { AccessKeyId, Status } = inactivity.key;
  if ('since' in inactivity) return `${AccessKeyId} ${SINCE} ${date(inactivity.since)}`;
  if ('before' in inactivity) return `${AccessKeyId} ${AT_LEAST}`;
  if (inactivity.unknown === 'NotVisible')
    return `${AccessKeyId} ${ACTIVE_ON} ${date(inactivity.activeAt)}`;
  return inactivity.unknown === 'NoHistory'
    ? `${AccessKeyId} has been inactive ${UNKNOWN} (incomplete event history)`
    : `${AccessKeyId} has been ${Status} ${UNKNOWN}`;
};

const describeAll = (inactivities: readonly Inactivity[]): string =>
  inactivities.map(describeInactivity).join('; ');

/** Wordings without the user name, the longest first. Every wording names every key that is not active. */
type Wordings = readonly [string, ...string[]];

/** The parameter of the rule, the instant of the evaluation, and the exemption tag of the user if it has one. */
type Limit = {
  readonly maxInactiveDays: number;
  readonly at: Date;
  readonly exemption?: Exemption | undefined;
};

/** Describes a violation. The keys that violate the rule come first, the longest-inactive one before the others. */
export const describeViolation = (
  inactivities: readonly Inactivity[],
  { exemption, ...limit }: Limit,
): Wordings => {
  const violating = inactivities.filter((one) => isViolation(one, limit)).toSorted(byInactivity);
  const others = inactivities.filter((one) => !violating.includes(one));
  const keys = `${describeAll(violating)}.`;
  const them = violating.length === 1 ? 'it' : 'them';
  const nextStep = ` Delete or reactivate ${them}: maxInactiveDays is ${limit.maxInactiveDays}.`;
  const rest = others.length === 0 ? '' : ` Not in violation: ${describeAll(others)}.`;
  const { problem, brief } = describeProblem(exemption);
  return [
    `${keys}${nextStep}${rest}${problem}`,
    `${keys}${rest}${problem}`,
    `${keys}${rest}${brief}`,
    `${keys}${rest}`,
  ];
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
  { maxInactiveDays }: Pick<Limit, 'maxInactiveDays'>,
): Wordings => {
  const [first] = inactivities
    .flatMap((inactivity) =>
      'since' in inactivity ? [addDays(inactivity.since, maxInactiveDays).toISOString()] : [],
    )
    .toSorted();
  const until = first === undefined ? '' : ` Allowed until ${first}.`;
  return [`${describeAll(inactivities)}.${until}`];
};

/** Matches the value of a tag, which can contain any text. User names and keys contain no quotation mark. */
const TAG_VALUE = /'[^']*'/;

/**
 * Parses what a recorded result says about a key. Its annotation names every key that was not active at that time, so a
 * key that it does not name was active or did not exist.
 */
export const knownFrom = (recorded: Background['recorded']) => {
  const annotation = recorded?.Annotation?.replace(TAG_VALUE, '') ?? '';
  return ({ AccessKeyId }: Pick<AccessKey, 'AccessKeyId'>): Known => {
    if (!annotation.includes(AccessKeyId))
      return { isConcluded: false, activeAt: recorded?.OrderingTimestamp };
    if (annotation.includes(`${AccessKeyId} ${AT_LEAST}`)) return { isConcluded: true };
    const [, after = ''] = annotation.split(`${AccessKeyId} ${ACTIVE_ON} `);
    const [day] = /^\d{4}-\d\d-\d\d/.exec(after) ?? [];
    // The annotation has no time of day, so the key counts as active until the end of that day.
    return { isConcluded: false, activeAt: day ? new Date(`${day}T23:59:59.999Z`) : undefined };
  };
};

const VIOLATION = new RegExp(
  `^\\S{1,128}: (\\w{16,128}) (?:${AT_LEAST}|${SINCE} \\d{4}-\\d\\d-\\d\\d)`,
);

/**
 * Parses the annotation of a violation. Returns the key that has been inactive longest. Returns undefined for any other
 * text, and if the date is unknown for every key: the runbook refuses to delete them.
 */
export const parseAnnotation = (annotation: string): ParsedAnnotation | undefined => {
  const AccessKeyId = VIOLATION.exec(annotation)?.[1];
  return AccessKeyId === undefined
    ? undefined
    : { recommendation: 'Remediate', AccessKeyId, Status: 'Inactive' };
};
