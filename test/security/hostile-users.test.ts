import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClock } from '../local-account/clock.ts';
import { ServiceError } from '../local-account/dispatch.ts';
import type { LocalUser } from '../local-account/iam/users.ts';
import type { StoredFinding } from '../local-account/securityhub/import-findings.ts';
import { createDeployedAccounts, type DeployedAccount } from '../support/deployed-account.ts';

const topicArn = 'arn:aws:sns:us-east-1:123456789012:keys';
const exemptionTagKey = 'keys-until';
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

/** User names with characters that IAM allows and that mean something to a shell, a command line or an object. */
const NAMES = [
  '-rf',
  '--dry-run',
  '=,=.@+-',
  '@file,b=c',
  'a'.repeat(64),
  '__proto__',
  'constructor',
];

/** User paths. IAM allows any visible ASCII between the slashes. */
const PATHS = [
  '/"><script>alert(1)</script>/',
  '/$(id)/`id`/',
  "/';id;'/",
  '/{{Plan.Payload}}/${Reason}/',
  '/../../etc/passwd/',
  '/%0a%22/\\n\\u0022/',
  '/*/?/[x]/',
];

/**
 * Tag values. IAM allows every kind of space, including U+2028. It would refuse the last two.
 */
const TAGS = [
  '2026-12-31\u2028',
  `${'\u2029'.repeat(246)}2099-12-31`,
  ' 2099-12-31',
  '2099-12-31T00:00:00Z',
  '\u0662\u0660\u0669\u0669-\u0661\u0662-\u0663\u0661',
  '2099-12-31\n{"level":"ERROR"}',
  '"},{{ Report }}<b>$(id)</b>',
];

/** The values as an annotation shows them. */
const SHOWN_TAGS = [
  String.raw`'2026-12-31\u2028'`,
  `'${'\\u2029'.repeat(6)}'...`,
  "' 2099-12-31'",
  "'2099-12-31T00:00:00Z'",
  String.raw`'\u0662\u0660\u0669\u0669-\u0661'...`,
  String.raw`'2099-12-31\u000a{"level":"ERROR"}'`,
  String.raw`'"},{{ Report }}<b>$\u0028id\u0029</b>'`,
];

/** The text of an annotation: fixed words, key ids, dates, and the quoted value of the tag. */
const ANNOTATION =
  /^: 2 active access keys, 1 allowed\. Exemption (?:is not a date|tag keys-until is (?<shown>'[^'()]*'(?:\.{3})?), expected a date such as 2026-12-31)\. Deactivate AKIA[A-Z0-9]{16}(?: \(never used, created [\d-]{10}\))?\. Keep AKIA[A-Z0-9]{16}(?: \(never used, created [\d-]{10}\))?\. As of [\d-]{10} UTC\.$/;

const deploy = createDeployedAccounts({
  ...{ notificationTopicArn: topicArn, exemptionTagKey, securityHubFindings: true },
  ...{ dashboard: false, keyEvents: true },
});

const Results = v.object({
  EvaluationResults: v.array(
    v.looseObject({ ComplianceType: v.string(), Annotation: v.optional(v.string()) }),
  ),
});

let account: DeployedAccount;
let users: readonly LocalUser[];
let findings: readonly StoredFinding[];
let runs: readonly Awaited<ReturnType<DeployedAccount['run']>>[];
let bin: string;

beforeAll(async () => {
  bin = mkdtempSync(path.join(tmpdir(), 'aws-'));
  const aws = path.join(bin, 'aws');
  writeFileSync(aws, '#!/bin/sh\nprintf \'%s\\0\' "$@"\n');
  chmodSync(aws, 0o755);
  account = await deploy({}, { ...createClock({ speed: 2_000 }), trail: true });
  account.sns.createTopic('keys');
  users = NAMES.map((UserName, index) =>
    account.seed({
      UserName,
      Path: PATHS[index] ?? '/',
      keys: [{ CreateDate: daysAgo(400) }, { CreateDate: daysAgo(100) }],
      tags: { [exemptionTagKey]: TAGS[index] ?? '', [`${TAGS[index]}`]: `${TAGS[index]}` },
    }),
  );
  await account.config.deliverSchedule(account.ConfigRuleName);
  await account.settled();
  findings = structuredClone([...account.securityHub.findings.values()]);
  runs = await Promise.all(users.map(({ UserId }) => account.run({ UserId })));
  await account.settled();
});
afterAll(async () => {
  await account.close();
  rmSync(bin, { recursive: true });
});

/** Returns the arguments that `aws` receives when a command runs in a shell. */
const wordsOf = (command: string): string[] =>
  execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8', env: { PATH: bin } })
    .split('\0')
    .slice(0, -1);

/** One row per user. The users themselves exist only after the account is created. */
const each = NAMES.map((name, index) => ({ name, index }));
const at = (index: number) => {
  const [user, run] = [users[index], runs[index]];
  const [old, recent] = user?.keys ?? [];
  if (!(user && run && old && recent)) throw new Error(`expected a user and its run at ${index}`);
  return { user, run, old: old.AccessKeyId, recent: recent.AccessKeyId };
};

const findingOf = ({ UserId }: LocalUser) =>
  findings.find(({ ProductFields }) => ProductFields?.['UserId'] === UserId);

/** Checks that a text contains neither the path nor the tag of a user. */
const expectNothingOf = (index: number, text: string) => {
  for (const chosen of [PATHS[index], TAGS[index]])
    expect(text).not.toContain(JSON.stringify(chosen ?? 'none').slice(1, -1));
};

describe('a user with a hostile name, path and tags', () => {
  it.each(each)(
    'is evaluated by its keys, and its annotation has a fixed wording around its quoted tag: $name',
    ({ index }) => {
      const { user } = at(index);
      const annotation = findingOf(user)?.ProductFields?.['Evidence'] ?? '';
      expect(annotation.startsWith(user.UserName)).toBe(true);
      const found = ANNOTATION.exec(annotation.slice(user.UserName.length));
      expect(found, annotation).not.toBeNull();
      // A name of 64 characters leaves no room for the value.
      const shown = user.UserName.length === 64 ? undefined : SHOWN_TAGS[index];
      expect(found?.groups?.['shown']).toBe(shown);
      expect(annotation.length).toBeLessThanOrEqual(256);
    },
  );

  it('is not exempt because of an invalid date', () => {
    const input = { ConfigRuleName: account.ConfigRuleName, Limit: 100 };
    const held = account.config.operations.GetComplianceDetailsByConfigRule(input, 'operator');
    const { EvaluationResults } = v.parse(Results, held);
    expect(EvaluationResults).toHaveLength(NAMES.length);
    for (const { Annotation = '' } of EvaluationResults)
      expect(Annotation).not.toContain('Exempt until');
  });

  it.each(each)('loses exactly the planned key: $name', ({ index }) => {
    const { user, run, old } = at(index);
    expect(run).toMatchObject({ status: 'Success', outcome: 'Acted' });
    expect(run.output('AccessKeyId')).toBe(old);
    expect(run.output('UserName')).toBe(user.UserName);
    expect(user.keys.map(({ Status }) => Status)).toEqual(['Inactive', 'Active']);
    const writes = account.calls.filter(({ operation }) => operation === 'UpdateAccessKey');
    expect(writes).toHaveLength(NAMES.length);
  });

  it.each(each)('has outputs with commands that are safe in a shell: $name', ({ index }) => {
    const { user, run, old } = at(index);
    expect(wordsOf(run.output('UndoCommand') ?? '')).toEqual([
      ...['iam', 'update-access-key', `--user-name=${user.UserName}`],
      ...[`--access-key-id=${old}`, '--status=Active'],
    ]);
    const next = wordsOf(run.output('NextCommand') ?? '');
    expect(next).toEqual([
      ...['configservice', 'start-remediation-execution', '--region=us-east-1'],
      `--config-rule-name=${account.InactiveConfigRuleName}`,
      `--resource-keys=resourceType=AWS::IAM::User,resourceId=${user.UserId}`,
    ]);
  });

  it.each(each)('appears in a notification with an ASCII subject: $name', ({ index }) => {
    const { user, run } = at(index);
    const message = account.sns.published.find(
      ({ Message, attributes }) =>
        attributes['event'] === 'DEACTIVATED' && Message.includes(user.UserId),
    );
    expect(message?.Subject).toBe(`Access key deactivated: ${user.UserName}`);
    expect(message?.Message).toContain(`Undo: ${run.output('UndoCommand')}\n`);
    expect(message?.Message).not.toMatch(/\{\{|\}\}/);
    expectNothingOf(index, message?.Message ?? '');
  });

  it.each(each)(
    'has a finding with its name in the title and its id in the command: $name',
    (row) => {
      const { user } = at(row.index);
      const finding = findingOf(user);
      expect(finding?.Title).toBe(`IAM user ${user.UserName} has more access keys than allowed`);
      const text = finding?.Remediation?.Recommendation?.Text ?? '';
      const words = wordsOf(text.slice(text.indexOf('aws ')));
      expect(words).toEqual([
        ...['configservice', 'start-remediation-execution', '--region', 'us-east-1'],
        ...['--config-rule-name', account.ConfigRuleName, '--resource-keys'],
        `resourceType=AWS::IAM::User,resourceId=${user.UserId}`,
      ]);
      expect(finding?.Description).not.toContain(user.Path.slice(1, -1));
      const page = `/users/details/${encodeURIComponent(user.UserName)}?section=`;
      expect(finding?.Remediation?.Recommendation?.Url).toContain(page);
    },
  );
});

describe('the log lines', () => {
  /** The JSON lines, without the warnings of Node. */
  const linesOf = ({ lines }: { readonly lines: readonly string[] }) =>
    lines.filter((line) => line.startsWith('{'));
  const lines = () => account.lambda.invocations.flatMap(linesOf);

  it('are one ASCII JSON object per invocation', () => {
    expect(account.lambda.invocations.length).toBeGreaterThan(NAMES.length);
    for (const invocation of account.lambda.invocations)
      expect(linesOf(invocation)).toHaveLength(1);
    for (const line of lines()) {
      expect(JSON.parse(line)).toMatchObject({ level: 'INFO', message: expect.any(String) });
      expect(line).toMatch(/^[\x20-\x7e]+$/);
    }
  });

  it('contain no path, no tag and no key id', () => {
    const text = lines().join('\n');
    for (const [index] of NAMES.entries()) {
      expectNothingOf(index, text);
      for (const { AccessKeyId } of at(index).user.keys) expect(text).not.toContain(AccessKeyId);
    }
  });

  it('escape the line separators of an error message', async () => {
    const message = `expected ${TAGS.join()}`;
    const error = new ServiceError('ServiceFailure', message);
    account.faults.fail({ service: 'iam', operation: 'ListUsers', always: true, error });
    await account.config.deliverSchedule(account.ConfigRuleName);
    await account.settled();

    const failed = lines().filter((line) => JSON.parse(line).level === 'ERROR');
    expect(failed.length).toBeGreaterThan(0);
    for (const line of failed) {
      expect(JSON.parse(line).errorMessage).toBe(message);
      expect(line).not.toMatch(/[\u2028\u2029]/);
    }
  });
});
