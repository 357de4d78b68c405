import type {
  Recommendation,
  Scan,
  ScannedAccount,
  ScannedKey,
  ScanResult,
} from '../../infra/scan/result.ts';
import { at, daysBefore } from './build.ts';

/** Texts that are markup, end a script, reorder or hide characters, or name properties of every object. */
export const HOSTILE_TEXTS = [
  '<img src=x onerror="document.title=\'executed\'">',
  '</script><script>document.title="executed"</script>',
  '<!--<script>',
  ']]><svg/onload=document.title="executed">',
  '"\' onmouseover=document.title="executed" x="',
  '&lt;b&gt;&amp;&#60;script&#62;',
  'javascript:document.title="executed"',
  '\u202etxt.exe\u2066',
  'zero\u200bwidth\ufeff',
  'line\nbreak\r\u2028\u0000\u0085',
  'lone \ud800 surrogate',
  '__proto__',
  'constructor',
  'Ω≈ç√ 日本語 שלום مرحبا',
  `Z${'\u0301\u0323'.repeat(40)}`,
  '${process.env.HOME} {{7*7}} %00',
  'W'.repeat(128),
] as const;

const RULES = ['iam-user-single-access-key', 'iam-user-inactive-access-key'] as const;

/** Returns numbers from 0 up to a maximum, the same for each run. */
const createDice = () => {
  let state = 20_260_131;
  return (maximum: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * maximum);
  };
};

type Dice = ReturnType<typeof createDice>;

const createKey = (id: number, dice: Dice): ScannedKey => {
  const age = dice(dice(2) === 0 ? 120 : 1500);
  return {
    AccessKeyId: `AKIA${id.toString(36).toUpperCase().padStart(16, '0')}`,
    Status: dice(5) === 0 ? 'Inactive' : 'Active',
    CreateDate: daysBefore(age).toISOString(),
    ...(id % 50 === 7 && { IsLastUseUnread: true }),
    ...(id % 50 !== 7 &&
      dice(4) > 0 && {
        LastUsedDate: daysBefore(dice(age + 1)).toISOString(),
        ServiceName: ['s3', 'ec2', 'sts', 'ses-smtp'][dice(4)] ?? 's3',
        Region: ['us-east-1', 'eu-west-1', 'ap-southeast-1'][dice(3)] ?? 'us-east-1',
      }),
  };
};

const nameOf = (index: number, dice: Dice): string => {
  const hostile = index % 7 === 3 ? HOSTILE_TEXTS[(index - 3) / 7] : undefined;
  const team = ['ci', 'backup', 'reporting', 'deploy', 'data-export'][dice(5)];
  return hostile ?? `${team}-${index}`;
};

type User = Pick<ScanResult, 'AccountId' | 'UserName' | 'UserId' | 'AccessKeys'>;

const commandOf = (action: string, user: string, key: string) =>
  action === 'Delete'
    ? `aws iam delete-access-key --user-name ${user} --access-key-id ${key}`
    : `aws iam update-access-key --user-name ${user} --access-key-id ${key} --status Inactive`;

const recommend = (user: User, isDeletion: boolean): Recommendation => {
  const [one, other] = user.AccessKeys;
  if (one === undefined) return { Action: 'None' };
  if (one.LastUsedDate === undefined && other?.LastUsedDate !== undefined)
    return { Action: 'None', Reason: 'NewKeyNeverUsed' };
  const Action = isDeletion ? 'Delete' : 'Deactivate';
  const Command = commandOf(Action, user.UserName, one.AccessKeyId);
  return { Action, AccessKeyId: one.AccessKeyId, Reason: 'LongestIdle', Command };
};

const describe = ({ Action, AccessKeyId, Reason }: Recommendation) => {
  if (AccessKeyId !== undefined)
    return ` ${Action} ${AccessKeyId} (last used 2025-07-15, s3 in eu-west-1).`;
  return Reason === undefined ? '' : ' Cannot safely select: a newer key was never used.';
};

const resultOf = (user: User, Rule: (typeof RULES)[number]): ScanResult => {
  const isInactiveRule = Rule === RULES[1];
  const status = isInactiveRule ? 'Inactive' : 'Active';
  const counted = user.AccessKeys.filter(({ Status }) => Status === status);
  const isViolation = counted.length > (isInactiveRule ? 0 : 1);
  const counts = `${counted.length} ${status.toLowerCase()} access keys, ${isInactiveRule ? 0 : 1} allowed`;
  const Recommendation = isViolation
    ? recommend(user, isInactiveRule)
    : { Action: 'None' as const };
  return {
    ...user,
    Rule,
    ComplianceType: isViolation ? 'NON_COMPLIANT' : 'COMPLIANT',
    Annotation: `${user.UserName}: ${counts}.${describe(Recommendation)} As of 2026-01-31 UTC.`,
    Recommendation,
  };
};

const createAccount = (index: number, Users: number): ScannedAccount => ({
  AccountId: `${111_122_223_333 + index}`,
  ...(index % 3 !== 2 && { Name: HOSTILE_TEXTS[index - 1] ?? `workload-${index}` }),
  Users,
  ...(index % 9 !== 4 && { RootUserHasAccessKeys: index % 5 === 1 }),
});

type Size = { readonly users: number; readonly accounts?: number; readonly failures?: number };

/** Creates a scan of so many users. Names are hostile at the first users and accounts. */
export const createScan = ({ users, accounts = 1, failures = 0 }: Size): Scan => {
  const dice = createDice();
  const owners = Array.from({ length: users }, (_, index) => ({
    AccountId: `${111_122_223_333 + Math.floor((index % (accounts * 1.5)) / 1.5)}`,
    UserName: nameOf(index, dice),
    UserId: `AIDA${index.toString(36).toUpperCase().padStart(17, '0')}`,
    AccessKeys: Array.from({ length: [1, 2, 2, 0, 1][dice(5)] ?? 0 }, (_, key) =>
      createKey(2 * index + key, dice),
    ),
  }));
  const sizes = new Map<string, number>();
  for (const { AccountId } of owners) sizes.set(AccountId, (sizes.get(AccountId) ?? 0) + 1);
  return {
    ScanTime: at.toISOString(),
    Parameters: {
      [RULES[0]]: {
        maxActiveAccessKeys: 1,
        minimumIdleDays: 7,
        exemptionTagKey: '<keys & "until">',
      },
      [RULES[1]]: { maxInactiveDays: 30, exemptionTagKey: undefined },
    },
    Accounts: Array.from({ length: accounts }, (_, index) =>
      createAccount(index, sizes.get(`${111_122_223_333 + index}`) ?? 0),
    ),
    Results: owners.flatMap((user) => RULES.map((rule) => resultOf(user, rule))),
    Failures: Array.from({ length: failures }, (_, index) => ({
      AccountId: `${999_900_000_000 + index}`,
      ...(index % 2 === 1 && { UserName: HOSTILE_TEXTS[index % HOSTILE_TEXTS.length] ?? 'x' }),
      Message: `AccessDenied: ${HOSTILE_TEXTS[(3 * index) % HOSTILE_TEXTS.length]}`,
    })),
  };
};
