import { isDeepStrictEqual } from 'node:util';
import type { LocalAccount } from '../account.ts';
import type { Result } from './show.ts';

/** What the demo promises of the users in `seed.ts`. */
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
  /** Positions of the active keys afterwards, in the order in which they were made. */
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

/** What a rule says of a user: the verdict, and what stands in its annotation. */
export type PromisedVerdict = readonly [complianceType: string, says?: string];

/** What the rules say of the owner of two keys, in the order of the story; the day is that of the deactivation. */
export const PROMISED_OF_LIFE = {
  secondKey: (old: string, young: string): PromisedVerdict => [
    'NON_COMPLIANT',
    `No key is selected of ${old}, ${young}: a newer key was never used`,
  ],
  idle: (old: string): PromisedVerdict => ['NON_COMPLIANT', `Deactivate ${old} (last used `],
  inactive: (old: string, day: string): PromisedVerdict => [
    'COMPLIANT',
    `${old} has been inactive since ${day}. Allowed until `,
  ],
  inactiveTooLong: (old: string, day: string): PromisedVerdict => [
    'NON_COMPLIANT',
    `${old} has been inactive since ${day}. Delete a key that is inactive for 30 days`,
  ],
  nothing: ['COMPLIANT'] satisfies PromisedVerdict,
} as const;

/** Ends the demo when something came out otherwise than promised. */
export const expect = (what: string, got: unknown, promised: unknown): void => {
  if (isDeepStrictEqual(got, promised)) return;
  throw new Error(`${what}: promised ${JSON.stringify(promised)}, got ${JSON.stringify(got)}`);
};

/** The same for what a rule says of a user; where no annotation is promised there is none. */
export const expectVerdict = (
  { userName, complianceType, annotation }: Result,
  [promisedType, says]: PromisedVerdict,
): void => {
  const isSaid = says === undefined ? annotation === '' : annotation.includes(says);
  const got = isSaid ? [complianceType, says] : [complianceType, annotation];
  expect(`the verdict on ${userName}`, got, [promisedType, says]);
};

/** The positions of each user's active keys, as they are now. */
export const activeKeys = ({ iam }: LocalAccount): Record<string, number[]> =>
  Object.fromEntries(
    [...iam.users.values()].map(({ UserName, keys }) => [
      UserName,
      keys.flatMap(({ Status }, index) => (Status === 'Active' ? [index] : [])),
    ]),
  );
