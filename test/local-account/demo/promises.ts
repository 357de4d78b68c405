import { isDeepStrictEqual } from 'node:util';
import type { LocalAccount } from '../account.ts';
import type { Result } from './show.ts';

/** The promised results for the users of `seed.ts`. */
export const PROMISED = {
  nonCompliantBefore: ['billing-export', 'ci-deploy', 'mobile-backend', 'reporting'],
  /** One execution deactivates one key, so the user with three keys is remediated twice. */
  remediations: [
    ['billing-export', 'Acted'],
    ['ci-deploy', 'Acted'],
    ['mobile-backend', 'Acted'],
    ['mobile-backend', 'Acted'],
    ['reporting', 'Refused'],
  ],
  nonCompliantAfter: ['reporting'],
  /** The positions of the active keys at the end, in the order of their creation. */
  activeAfter: {
    'billing-export': [1],
    'break-glass': [],
    'ci-deploy': [0],
    'ci-deploy-staging': [1],
    'dora.lindqvist@example.com': [0],
    'legacy-sync': [],
    'mobile-backend': [2],
    reporting: [0, 1],
  },
} as const;

/** A promised result: the compliance type and a part of the annotation. */
export type PromisedResult = readonly [complianceType: string, annotationPart?: string];

/** The promised results for the owner of two keys, in order; `day` is the day of the deactivation. */
export const PROMISED_OF_KEY_LIFE = {
  secondKey: (old: string, young: string): PromisedResult => [
    'NON_COMPLIANT',
    `Cannot safely select ${old} or ${young}: the longest-idle key has been idle for less than 7 days`,
  ],
  idle: (old: string): PromisedResult => ['NON_COMPLIANT', `Deactivate ${old} (last used `],
  inactive: (old: string, day: string): PromisedResult => [
    'COMPLIANT',
    `${old} has been inactive since ${day}. Allowed until `,
  ],
  inactiveTooLong: (old: string, day: string): PromisedResult => [
    'NON_COMPLIANT',
    `${old} has been inactive since ${day}. Delete or reactivate it: maxInactiveDays is 30.`,
  ],
  nothing: ['COMPLIANT'] satisfies PromisedResult,
} as const;

/** Ends the demo when a value differs from the promised one. */
export const expect = (what: string, got: unknown, promised: unknown): void => {
  if (isDeepStrictEqual(got, promised)) return;
  throw new Error(`${what}: expected ${JSON.stringify(promised)}, got ${JSON.stringify(got)}`);
};

/** Ends the demo when a result differs from the promised one. Without a promised part, the result must have no annotation. */
export const expectResult = (
  { userName, complianceType, annotation }: Result,
  [promisedType, part]: PromisedResult,
): void => {
  const isPromised = part === undefined ? annotation === '' : annotation.includes(part);
  const got = isPromised ? [complianceType, part] : [complianceType, annotation];
  expect(`the result of ${userName}`, got, [promisedType, part]);
};

/** Returns the positions of the active keys of each user. */
export const activeKeys = ({ iam }: LocalAccount): Record<string, number[]> =>
  Object.fromEntries(
    [...iam.users.values()].map(({ UserName, keys }) => [
      UserName,
      keys.flatMap(({ Status }, index) => (Status === 'Active' ? [index] : [])),
    ]),
  );
