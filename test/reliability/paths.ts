import type { FaultyAccount } from './faulty-account.ts';
import type { FunctionId } from './functions.ts';
import { deleteUser, keyOf, setStatus, type UserName } from './small-account.ts';
import { passTime, until } from './virtual-time.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RULES = ['RuleEvaluator', 'InactiveRuleEvaluator'] as const;
/** The functions that follow the results of the rules. */
const FOLLOWERS = ['FindingsImporter', 'MessagesPublisher'] as const;
const EVERYBODY: readonly UserName[] = ['alice', 'carol', 'dave', 'erin', 'gina'];

/** A path through the stack. */
export type Path = {
  readonly name: string;
  readonly users: readonly UserName[];
  readonly trail?: true;
  /** Prepares the account, without a fault. */
  readonly prepare: (account: FaultyAccount) => Promise<void>;
  /** Runs the path, which meets the fault, including the retries of AWS. */
  readonly act: (account: FaultyAccount) => Promise<void>;
  /** Runs the path again, by its schedule or by an operator. */
  readonly again: (account: FaultyAccount) => Promise<void>;
};

type Rule = 'ConfigRuleName' | 'InactiveConfigRuleName';

const sweep = (account: FaultyAccount, rule: Rule) =>
  until(account.config.deliverSchedule(account.output(rule)));
const sweepBoth = async (account: FaultyAccount) => {
  await sweep(account, 'ConfigRuleName');
  await sweep(account, 'InactiveConfigRuleName');
};

/** Starts an evaluation of both rules, like `EvaluateCommand`. */
const evaluate = async (account: FaultyAccount) => {
  await passTime(2 * MINUTE);
  const ConfigRuleNames = [
    account.output('ConfigRuleName'),
    account.output('InactiveConfigRuleName'),
  ];
  const request = { service: 'config', operation: 'StartConfigRulesEvaluation' } as const;
  await until(account.call({ ...request, input: { ConfigRuleNames }, principal: 'operator' }));
  await passTime(5 * MINUTE);
};

/** Sweeps with both rules. Then keys and users change, and all events are lost. */
const changeUnseen = async (account: FaultyAccount) => {
  account.lose(...FOLLOWERS);
  await sweepBoth(account);
  await passTime(30 * MINUTE);
  account.lose(...RULES, ...FOLLOWERS);
  await setStatus(account, 'dave', 0, 'Inactive');
  await setStatus(account, 'gina', 0, 'Active');
  await deleteUser(account, 'erin');
  await account.operate('CreateUser', { UserName: 'frank' });
  for (let key = 0; key < 2; key += 1)
    await account.operate('CreateAccessKey', { UserName: 'frank' });
  await passTime(HOUR);
  account.lose(...FOLLOWERS);
};

const sweepPath = (name: string, rule: Rule): Path => ({
  name,
  users: EVERYBODY,
  prepare: changeUnseen,
  act: async (account) => {
    await sweep(account, rule);
  },
  again: async (account) => {
    await passTime(24 * HOUR);
    await sweep(account, rule);
  },
});

/** A change of a user that is delivered to one rule only. */
const changePath = (
  name: string,
  hears: FunctionId,
  change: (account: FaultyAccount) => Promise<unknown>,
): Path => ({
  name,
  users: ['alice', 'erin'],
  prepare: async (account) => {
    account.lose(...FOLLOWERS);
    await setStatus(account, 'alice', 0, 'Active');
    for (const place of [1, 2]) await setStatus(account, 'alice', place, 'Inactive');
    await sweepBoth(account);
    await passTime(30 * MINUTE);
    account.lose(...RULES, ...FOLLOWERS);
    for (const place of [1, 2]) await setStatus(account, 'alice', place, 'Active');
    await setStatus(account, 'alice', 0, 'Inactive');
    await passTime(31 * 24 * HOUR);
    account.lose(...RULES.filter((rule) => rule !== hears), ...FOLLOWERS);
  },
  act: async (account) => {
    await change(account);
    // Three attempts of 15 minutes each.
    await passTime(HOUR);
  },
  again: async (account) => {
    account.lose(...FOLLOWERS);
    await evaluate(account);
  },
});

const tag = (UserName: string) => (account: FaultyAccount) =>
  account.operate('TagUser', {
    UserName,
    'Tags.member.1.Key': 'team',
    'Tags.member.1.Value': 'blue',
  });

const keyEventPath: Path = {
  name: 'key event: queue, start, evaluation of both rules',
  users: ['dave', 'gina'],
  trail: true,
  prepare: async (account) => {
    account.lose(...FOLLOWERS, 'KeyEventsStarter');
    await sweepBoth(account);
    await passTime(30 * MINUTE);
    account.lose(...FOLLOWERS);
  },
  act: async (account) => {
    await setStatus(account, 'dave', 0, 'Inactive');
    await passTime(2 * HOUR);
  },
  again: evaluate,
};

const prepareFindings = async (account: FaultyAccount) => {
  account.lose('MessagesPublisher');
  await sweepBoth(account);
  await passTime(HOUR);
  await changeUnseen(account);
};

const schedulePath: Path = {
  name: 'Security Hub: the schedule',
  users: EVERYBODY,
  prepare: async (account) => {
    await prepareFindings(account);
    await sweepBoth(account);
    await passTime(HOUR);
    account.lose('MessagesPublisher');
  },
  act: async () => {
    await passTime(21 * HOUR);
  },
  again: () => passTime(24 * HOUR),
};

const complianceChangePath: Path = {
  name: 'Security Hub: changes of compliance',
  users: EVERYBODY,
  prepare: async (account) => {
    await prepareFindings(account);
    account.lose('MessagesPublisher');
    await sweepBoth(account);
  },
  act: async () => {
    await passTime(HOUR);
  },
  again: () => passTime(24 * HOUR),
};

/** Moves the dead letters back to the queue of the messages, like an operator. */
const redrive = async (account: FaultyAccount) => {
  const [deadLetters, messages] = ['-DeadLetterQueue', '-MessagesQueue'].map((part) =>
    account.sqs.all().find(({ properties }) => properties.QueueName.includes(part)),
  );
  for (const { Body, SenderId } of deadLetters?.messages() ?? [])
    messages?.send({ Body, SenderId });
  deadLetters?.purge();
  await passTime(HOUR);
};

const messagesPath: Path = {
  name: 'messages: a user turns NON_COMPLIANT',
  users: ['alice'],
  prepare: async (account) => {
    account.sns.createTopic('keys');
    account.lose(...FOLLOWERS);
    await sweepBoth(account);
    await passTime(30 * MINUTE);
    await account.operate('CreateUser', { UserName: 'frank' });
    for (let key = 0; key < 2; key += 1)
      await account.operate('CreateAccessKey', { UserName: 'frank' });
    account.lose('FindingsImporter');
    await sweepBoth(account);
  },
  act: () => passTime(HOUR),
  again: redrive,
};

/** An execution of a runbook for one user. Its rule evaluates after the end of the execution. */
const runbookPath = (
  name: string,
  outputs: { readonly document: string; readonly role: string; readonly rule: Rule },
  parameters: (account: FaultyAccount) => Readonly<Record<string, string>>,
): Path => {
  const run = async (account: FaultyAccount) => {
    const open = account.gate(...RULES);
    const given = {
      AutomationAssumeRole: account.output(outputs.role),
      ConfigRuleName: account.output(outputs.rule),
      ...parameters(account),
    };
    const input = {
      DocumentName: account.output(outputs.document),
      Parameters: Object.fromEntries(Object.entries(given).map(([key, value]) => [key, [value]])),
    };
    const started = account.ssm.operations.StartAutomationExecution(input, 'operator');
    const { AutomationExecutionId } = started as { readonly AutomationExecutionId: string };
    await until(account.ssm.finished(AutomationExecutionId));
    account.faults.end();
    open();
    await passTime(5 * MINUTE);
  };
  return {
    name,
    users: ['alice'],
    prepare: async (account) => {
      account.sns.createTopic('keys');
      account.lose(...FOLLOWERS);
      await sweepBoth(account);
      await passTime(30 * MINUTE);
      account.lose('FindingsImporter');
    },
    act: run,
    again: run,
  };
};

const userId = ({ iam }: FaultyAccount, name: string) => iam.users.get(name)?.UserId ?? '';

/** Every path through the stack. */
export const PATHS: readonly Path[] = [
  sweepPath('iam-user-single-access-key: sweep', 'ConfigRuleName'),
  changePath('iam-user-single-access-key: change of a user', 'RuleEvaluator', tag('alice')),
  changePath('iam-user-single-access-key: deletion of a user', 'RuleEvaluator', (account) =>
    deleteUser(account, 'erin'),
  ),
  sweepPath('iam-user-inactive-access-key: sweep', 'InactiveConfigRuleName'),
  changePath(
    'iam-user-inactive-access-key: change of a user',
    'InactiveRuleEvaluator',
    tag('alice'),
  ),
  keyEventPath,
  schedulePath,
  complianceChangePath,
  messagesPath,
  runbookPath(
    'DeactivateAccessKey',
    { document: 'DeactivationRunbookName', role: 'DeactivationRoleArn', rule: 'ConfigRuleName' },
    (account) => ({ UserId: userId(account, 'alice') }),
  ),
  runbookPath(
    'ReactivateAccessKey',
    { document: 'ReactivationRunbookName', role: 'ReactivationRoleArn', rule: 'ConfigRuleName' },
    (account) => ({
      UserId: userId(account, 'alice'),
      AccessKeyId: keyOf(account, 'alice', 0),
      AllowSecondActiveKey: 'true',
    }),
  ),
  runbookPath(
    'DeleteInactiveAccessKey',
    { document: 'DeletionRunbookName', role: 'DeletionRoleArn', rule: 'InactiveConfigRuleName' },
    (account) => ({ UserId: userId(account, 'alice') }),
  ),
];
