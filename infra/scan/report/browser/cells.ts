import type { Recommendation, ScannedKey } from '../../result.ts';
import type { Row } from '../rows.ts';
import { countOf, dateOf, daysBetween } from '../text.ts';
import { button, element } from './element.ts';

/** What every row needs besides its result. */
export type Context = { readonly ScanTime: string; readonly announce: (text: string) => void };

/** A cell of a row, as its contents. */
type Contents = (row: Row, context: Context) => readonly (Node | string)[];

const line = (...children: (Node | string)[]) => element('div', {}, children);

const daysAgo = (instant: string, at: string): string =>
  `${dateOf(instant)} (${countOf(daysBetween(instant, at), 'day')} ago)`;

const describeLastUse = (key: ScannedKey, at: string) => {
  const { LastUsedDate, ServiceName, Region } = key;
  if (key.IsLastUseUnread) return 'last use not read';
  if (LastUsedDate === undefined) return 'never used';
  const service = ServiceName === undefined ? '' : `, ${ServiceName}`;
  const region = Region === undefined ? '' : ` in ${Region}`;
  return `last used ${daysAgo(LastUsedDate, at)}${service}${region}`;
};

const describeKey = (key: ScannedKey, at: string) =>
  element('li', {}, [
    line(element('code', {}, [key.AccessKeyId]), ' ', element('strong', {}, [key.Status])),
    line(`created ${daysAgo(key.CreateDate, at)}`),
    line(describeLastUse(key, at)),
  ]);

/** Splits a command before its options, so that a line breaks only there or within a long value. */
const describeCommand = (command: string) =>
  command
    .split(/ (?=--)/)
    .flatMap((part, index) => [index === 0 ? '' : ' ', element('span', {}, [part])]);

/** Selects the text of an element, so that the reader can copy it. */
const select = (code: HTMLElement): void => getSelection()?.selectAllChildren(code);

/** Creates a command with its copy button. If the browser refuses access to the clipboard, the command is selected. */
const commandWithCopy = (command: string, { announce }: Context) => {
  const code = element('code', { class: 'command' }, describeCommand(command));
  const copied = () => {
    copy.textContent = 'Copied';
    announce('The command is copied.');
  };
  const refused = () => {
    select(code);
    announce('The command is selected. Copy it with the keyboard.');
  };
  const copy = button(
    'Copy',
    () => void navigator.clipboard.writeText(command).then(copied, refused),
    {
      class: 'copy',
      'aria-label': `Copy the command ${command}`,
    },
  );
  return [code, copy];
};

const describeRecommendation = (recommendation: Recommendation, context: Context) => {
  const { Action, AccessKeyId, Reason, Command } = recommendation;
  const key = AccessKeyId === undefined ? [] : [' ', element('code', {}, [AccessKeyId])];
  return [
    line(element('strong', {}, [Action]), ...key),
    ...(Reason === undefined ? [] : [line(Reason)]),
    ...(Command === undefined ? [] : commandWithCopy(Command, context)),
  ];
};

/** The contents of the columns, by their headings. */
export const CELLS = {
  User: ({ result }) => [element('bdi', {}, [result.UserName])],
  Account: ({ result, accountName }) => [
    line(result.AccountId),
    ...(accountName === undefined ? [] : [element('bdi', { class: 'name' }, [accountName])]),
  ],
  Rule: ({ result }) => [result.Rule],
  Result: ({ result }) => [
    element('span', { class: `badge ${result.ComplianceType}` }, [result.ComplianceType]),
  ],
  Change: ({ result }) => [result.Change ?? ''],
  'Access keys': ({ result }, { ScanTime }) =>
    result.AccessKeys.length === 0
      ? ['none']
      : [
          element(
            'ul',
            {},
            result.AccessKeys.map((key) => describeKey(key, ScanTime)),
          ),
        ],
  Evidence: ({ result }) => [element('bdi', {}, [result.Annotation])],
  Date: (_, { ScanTime }) => [element('time', { datetime: ScanTime }, [dateOf(ScanTime)])],
  Recommendation: ({ result }, context) => describeRecommendation(result.Recommendation, context),
} as const satisfies Record<string, Contents>;

export type Column = keyof typeof CELLS;

/** Creates the row of a result. Where the page is narrow, each cell shows its heading. */
export const createRow = (row: Row, columns: readonly Column[], context: Context) =>
  element(
    'tr',
    {},
    columns.map((column) => {
      const contents = CELLS[column](row, context);
      return column === 'User'
        ? element('th', { scope: 'row', 'data-heading': column }, contents)
        : element('td', { 'data-heading': column }, contents);
    }),
  );
