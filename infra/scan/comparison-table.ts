import { changedParameters } from './compare.ts';
import type { Change, Comparison, Scan } from './result.ts';
import { count, wrap } from './text.ts';

/** The violations of each change that a table lists. */
const MAXIMUM_LISTED = 50;

/** What the table says about each change, except for the violations that did not change. */
const LISTED: readonly (readonly [Change, string])[] = [
  ['New', 'New violations'],
  ['Resolved', 'Resolved violations'],
  ['Unknown', 'Violations of the earlier scan that could not be read now'],
];

const listChange = (scan: Scan, change: Change, title: string): readonly string[] => {
  const listed = [...scan.Results, ...(scan.Comparison?.WithoutResult ?? [])].filter(
    ({ Change }) => Change === change,
  );
  const lines = listed
    .slice(0, MAXIMUM_LISTED)
    .flatMap(({ AccountId, UserName, Rule }) =>
      wrap(`${AccountId} ${UserName} ${Rule}`, { first: '  ', next: '    ' }),
    );
  const more = listed.length - MAXIMUM_LISTED;
  const rest = more > 0 ? [`  and ${more} more: --format json lists all of them`] : [];
  return listed.length === 0 ? [] : [`${title}:`, ...lines, ...rest];
};

const show = (value: unknown): string => (value === undefined ? 'none' : JSON.stringify(value));

/** Says what makes the comparison less certain. */
export const comparisonNotes = (scan: Scan, comparison: Comparison): readonly string[] => {
  const { Failures, AddedAccounts } = comparison;
  const parameters = changedParameters(scan, comparison).map(
    ({ Rule, Name, Earlier, Now }) => `${Rule}.${Name}: ${show(Earlier)}, now ${show(Now)}`,
  );
  return [
    ...(parameters.length > 0
      ? [`Different parameters, which change results: ${parameters.join('; ')}.`]
      : []),
    ...(Failures > 0
      ? [
          `The earlier scan has ${count(Failures, 'failure')}. Violations that it could not read are New.`,
        ]
      : []),
    ...(AddedAccounts.length > 0
      ? [
          `Not in the earlier scan: ${count(AddedAccounts.length, 'account')}. All violations there are New.`,
        ]
      : []),
  ];
};

/** Shows what changed since the earlier scan, if there is one. */
export const comparisonLines = (scan: Scan): readonly string[] => {
  const { Comparison } = scan;
  if (Comparison === undefined) return [];
  const { New, Resolved, Unchanged, Unknown } = Comparison.Changes;
  const counts = `${New} new, ${Resolved} resolved, ${Unchanged} unchanged, ${Unknown} unknown`;
  return [
    ...wrap(`Violations since ${Comparison.ScanTime}: ${counts}.`, { first: '', next: '  ' }),
    ...comparisonNotes(scan, Comparison).flatMap((note) => wrap(note, { first: '! ', next: '  ' })),
    ...LISTED.flatMap(([change, title]) => listChange(scan, change, title)),
    '',
  ];
};
