/** The parts of an account that are looked at, in the order of the report. */
export const GROUPS = ['Account', 'AWS Config', 'Key events', 'Security Hub CSPM'] as const;

/**
 * One thing that was looked at.
 *
 * `fine`     is as the rule needs it
 * `missing`  the rule needs it; `why`, and what `mends` it
 * `note`     the rule can do without it
 * `unread`   neither of them: it could not be read
 */
export type Finding = {
  readonly group: (typeof GROUPS)[number];
  readonly state: 'fine' | 'missing' | 'note' | 'unread';
  readonly what: string;
  readonly why?: string;
  /** Commands and settings, each a line that can be copied. */
  readonly mends?: readonly string[];
};

/** Why something could not be read, and the IAM action that reads it. */
export type Unread = { readonly action: string; readonly reason: string };

/** What was read from the account, or why it could not be. */
export type Reading<Facts> = { readonly facts: Facts } | { readonly unread: Unread };

/** The finding of what could not be read: neither fine nor missing. */
export const unreadFinding = (group: Finding['group'], what: string, unread: Unread): Finding => ({
  group,
  state: 'unread',
  what: `${what}: could not be read (${unread.reason})`,
  why: `it needs the permission ${unread.action}`,
});

/**
 * The exit code of a report: 0 when nothing needed is missing, 1 when something is, 2 when that cannot be told.
 *
 * What is missing outweighs what could not be read: it has to be mended whatever the rest says.
 */
export const exitCodeOf = (findings: readonly Finding[]): 0 | 1 | 2 => {
  const has = (state: Finding['state']) => findings.some((finding) => finding.state === state);
  if (has('missing')) return 1;
  return has('unread') ? 2 : 0;
};

/** A value as JSON in single quotes, as a POSIX shell takes it. */
export const quoteJson = (value: unknown): string =>
  `'${JSON.stringify(value).replaceAll("'", String.raw`'\''`)}'`;
