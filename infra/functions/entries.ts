/** The modules that export the `handler` of a function, by their path from the root of this repository. */
export const ENTRIES = [
  'rule/single-access-key/index.ts',
  'rule/inactive-access-key/index.ts',
  'rule/key-events/index.ts',
  'rule/security-hub/index.ts',
  'remediation/planner/index.ts',
] as const;

/** One of them: what is deployed is what the package has the code of. */
export type Entry = (typeof ENTRIES)[number];

/** Where the package has the code of a function, from its root. */
export const builtCodeOf = (entry: Entry): string =>
  `functions/${entry.replace('/index.ts', '').replaceAll('/', '-')}`;
