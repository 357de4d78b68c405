import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClients } from '../../../rule/aws/clients.ts';
import { createHandler } from '../../../rule/key-events/handler.ts';
import { ServiceError } from '../../local-account/dispatch.ts';
import { at, batchOf, keyEvent } from '../../support/build.ts';
import {
  RULE_NAME,
  ruleProperties,
  type ServedAccount,
  serveAccount,
} from '../../support/served-account.ts';

let account: ServedAccount;
let lines: string[];
beforeEach(async () => {
  account = await serveAccount();
  process.env['AWS_ENDPOINT_URL'] = account.endpoint;
  lines = [];
  for (const ConfigRuleName of [RULE_NAME, 'other'])
    account.config.putConfigRule({ ...ruleProperties(), ConfigRuleName });
});
afterEach(() => account.close());

/** The seconds from the event of `keyEvent` to the invocation. */
const SECONDS = 90;

const handle = (event: unknown, settings: object = {}) =>
  createHandler({
    ...createClients({ writeLine: (line) => void lines.push(line) }),
    settings: { configRuleNames: [RULE_NAME, 'other'], maximumUsers: undefined, ...settings },
    now: () => new Date(at.getTime() + SECONDS * 1000),
  })(event);

const failStart = (code: string) => {
  const error = new ServiceError(code, 'no evaluation for you');
  account.faults.fail({ service: 'config', operation: 'StartConfigRulesEvaluation', error });
};
const starts = () =>
  account.dispatcher.calls.filter((call) => call.operation === 'StartConfigRulesEvaluation');
const line = () => JSON.parse(lines.join());
const failures = (...indices: number[]) => ({
  batchItemFailures: indices.map((index) => ({ itemIdentifier: `message-${index}` })),
});

describe('a batch of key events', () => {
  it('starts one evaluation of every rule, however many events there are', async () => {
    const events = Array.from({ length: 1_000 }, () => keyEvent());

    expect(await handle(batchOf(...events))).toEqual(failures());

    expect(starts().map(({ input }) => input)).toEqual([{ ConfigRuleNames: [RULE_NAME, 'other'] }]);
    expect(line()).toMatchObject({ KeyEvents: 1_000, InvalidEvents: 0, start: 'Started' });
    // CloudWatch bills each metric.
    expect(line()).not.toHaveProperty('_aws');
  });

  it.each(['LimitExceededException', 'ResourceInUseException'])(
    'is retried later, without an error or a second call, if Config answers %s',
    async (code) => {
      failStart(code);

      expect(await handle(batchOf(keyEvent(), keyEvent()))).toEqual(failures(0, 1));

      expect(starts()).toHaveLength(1);
      expect(line()).toMatchObject({ level: 'INFO', start: 'Postponed', Throttles: 0 });
      expect(line()).not.toHaveProperty('EventToEvaluation');
    },
  );

  it.each(['AccessDeniedException', 'NoSuchConfigRuleException'])(
    'fails as a whole if Config answers %s',
    async (code) => {
      failStart(code);
      await expect(handle(batchOf(keyEvent()))).rejects.toThrow('no evaluation for you');
      expect(line()).toMatchObject({ level: 'ERROR', errorType: code });
    },
  );

  it('repeats a throttled call', async () => {
    failStart('ThrottlingException');
    expect(await handle(batchOf(keyEvent()))).toEqual(failures());
    expect(line()).toMatchObject({ Throttles: 1, start: 'Started' });
  });
});

describe('an unreadable message', () => {
  it('is retried, and the others start an evaluation', async () => {
    const response = await handle(batchOf(keyEvent(), 'AKIAIOSFODNN7EXAMPLE', keyEvent()));
    expect(response).toEqual(failures(1));
    expect(starts()).toHaveLength(1);
    expect(line()).toMatchObject({ KeyEvents: 2, InvalidEvents: 1 });
    expect(line().unreadable).toEqual(['key event: expected JSON text, got "...MPLE"']);
  });

  it('is retried together with the others if the start is postponed', async () => {
    failStart('LimitExceededException');
    expect(await handle(batchOf(keyEvent(), 'poison', keyEvent()))).toEqual(failures(1, 0, 2));
  });

  it('starts nothing', async () => {
    expect(await handle(batchOf('poison'))).toEqual(failures(0));
    expect(line()).not.toHaveProperty('start');
    expect(account.dispatcher.calls).toEqual([]);
  });
});

describe('an account where a start may cost an evaluation of each user', () => {
  it.each([
    [500, 1, 'Started'],
    [501, 0, 'HeldBack'],
  ])('with %d users starts %d evaluations: %s', async (count, started, start) => {
    for (let index = 0; index < count; index += 1)
      account.iam.seedUser({ UserName: `user-${index}` });

    expect(await handle(batchOf(keyEvent()), { maximumUsers: 500 })).toEqual(failures());

    expect(starts()).toHaveLength(started);
    expect(line().start).toBe(start);
    expect(String(line().recommendation).includes('triggers=schedule')).toBe(started === 0);
  });

  it('starts nothing if the users cannot be counted', async () => {
    const error = new ServiceError('AccessDenied', 'not authorized', 403);
    account.faults.fail({ service: 'iam', operation: 'GetAccountSummary', error });
    await expect(handle(batchOf(keyEvent()), { maximumUsers: 500 })).rejects.toThrow('not auth');
    expect(starts()).toEqual([]);
  });
});

describe('the log line of a batch', () => {
  it('has the user names, and the age of the oldest event at the start of the evaluation', async () => {
    const bob = { eventTime: '2026-01-31T12:00:30Z', requestParameters: { userName: 'bob' } };
    await handle(batchOf(keyEvent(bob), keyEvent(), keyEvent()));
    expect(line()).toMatchObject({
      message: 'key events',
      ConfigRuleName: `${RULE_NAME},other`,
      eventNames: ['CreateAccessKey'],
      userNames: ['bob', 'alice'],
      EventToEvaluation: SECONDS * 1000,
      StartConfigRulesEvaluation: 1,
    });
    expect(line()).not.toHaveProperty('unreadable');
    expect(lines.join()).not.toContain('AKIAIOSFODNN7EXAMPLE');
  });

  it('names at most ten users and ten unreadable messages', async () => {
    const events = Array.from({ length: 11 }, (_, index) =>
      keyEvent({ requestParameters: { userName: `user-${index}` } }),
    );
    const unreadable = events.map((_, index) => '['.repeat(index + 1));
    await handle(batchOf(...events, ...unreadable));
    expect(line()).toMatchObject({ KeyEvents: 11, InvalidEvents: 11 });
    expect(line().userNames).toHaveLength(10);
    expect(line().unreadable).toHaveLength(10);
  });
});
