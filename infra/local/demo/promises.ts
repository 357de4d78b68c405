import { isDeepStrictEqual } from 'node:util';
import type { LocalAccount } from '../account.ts';

/** What the demo promises of the users in `seed.ts`. */
export const PROMISED = {
  nonCompliantBefore: ['billing-export', 'ci-deploy', 'mobile-backend', 'reporting'],
  nonCompliantWithSecondKey: [
    'billing-export',
    'ci-deploy',
    'dora.lindqvist@example.com',
    'mobile-backend',
    'reporting',
  ],
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

/** Ends the demo when something came out otherwise than promised. */
export const expect = (what: string, got: unknown, promised: unknown): void => {
  if (isDeepStrictEqual(got, promised)) return;
  throw new Error(`${what}: promised ${JSON.stringify(promised)}, got ${JSON.stringify(got)}`);
};

/** The positions of each user's active keys, as they are now. */
export const activeKeys = ({ iam }: LocalAccount): Record<string, number[]> =>
  Object.fromEntries(
    [...iam.users.values()].map(({ UserName, keys }) => [
      UserName,
      keys.flatMap(({ Status }, index) => (Status === 'Active' ? [index] : [])),
    ]),
  );
