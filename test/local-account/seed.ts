import type { Iam } from './iam/iam.ts';
import type { LocalAccessKey, UserSeed } from './iam/users.ts';

const HOUR_IN_MILLISECONDS = 3_600_000;
const DAY_IN_HOURS = 24;

/** The users of a small company; the comments explain the state of their keys. */
const realisticUsers = (at: Date): readonly UserSeed[] => {
  const hoursAgo = (hours: number) => new Date(at.getTime() - hours * HOUR_IN_MILLISECONDS);
  const daysAgo = (days: number) => hoursAgo(days * DAY_IN_HOURS);
  const key = (created: number, used?: Date, ServiceName = 's3'): Partial<LocalAccessKey> => ({
    CreateDate: daysAgo(created),
    lastUsed: used && { LastUsedDate: used, ServiceName, Region: 'eu-central-1' },
  });
  const inactive = (created: number, used?: Date) => ({
    ...key(created, used),
    Status: 'Inactive' as const,
  });

  return [
    // A consultant replaced the key and never removed the old one.
    { UserName: 'billing-export', keys: [key(1130, daysAgo(412)), key(400, hoursAgo(5))] },
    { UserName: 'break-glass' },
    // An engineer created a second key "to be safe" and never used it.
    { UserName: 'ci-deploy', Path: '/service/', keys: [key(610, hoursAgo(1), 'ecr'), key(605)] },
    // The name starts with the name of another user. The rotation is complete.
    {
      UserName: 'ci-deploy-staging',
      Path: '/service/',
      keys: [inactive(500, daysAgo(40)), key(41, hoursAgo(2), 'ecr')],
    },
    { UserName: 'dora.lindqvist@example.com', keys: [key(80, hoursAgo(20), 'cloudformation')] },
    { UserName: 'legacy-sync', keys: [inactive(2100, daysAgo(900))] },
    // CreateAccessKey refuses a third key, but some real accounts have one.
    {
      UserName: 'mobile-backend',
      keys: [
        key(1500, daysAgo(730)),
        key(900, daysAgo(100), 'dynamodb'),
        key(320, hoursAgo(3), 'dynamodb'),
      ],
    },
    // A rotation in progress: the new key exists, but nothing uses it yet.
    { UserName: 'reporting', keys: [key(365, hoursAgo(30), 'athena'), key(1)] },
  ];
};

/** Adds realistic users to an account; `at` is the instant from which the ages of their keys count. */
export const seedUsers = (iam: Iam, at: Date): void => {
  for (const user of realisticUsers(at))
    iam.seedUser({ CreateDate: new Date('2019-04-01'), ...user });
};
