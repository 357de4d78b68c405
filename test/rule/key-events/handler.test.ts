import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClients } from '../../../rule/aws/clients.ts';
import { createHandler } from '../../../rule/key-events/handler.ts';
import { ServiceError } from '../../local-account/dispatch.ts';
import { at } from '../../support/build.ts';
import { batchOf, keyEvent } from '../../support/key-event.ts';
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

/** Seconds after the event of `keyEvent`. */
const SECONDS = 90;

const handle = (event: unknown, settings: object = {}) =>
  createHandler({
    ...createClients({ writeLine: (line) => void lines.push(line) }),
    settings: { configRuleNames: [RULE_NAME, 'other'], maximumUsers: undefined, ...settings },
    now: () => new Date(at.getTime() + SECONDS * 1000),
  })(event);

const starts = () =>
  account.dispatcher.calls.filter((call) => call.operation === 'StartConfigRulesEvaluation');
const line = () => JSON.parse(lines.join());
const failures = (...indices: number[]) => ({
  batchItemFailures: indices.map((index) => ({ itemIdentifier: `message-${index}` })),
});

describe('a batch of key events', () => {
  it('starts one evaluation of every rule, however many they are', async () => {
    const events = Array.from({ length: 1_000 }, () => keyEvent());

    expect(await handle(batchOf(...events))).toEqual(failures());

    expect(starts().map(({ input }) => input)).toEqual([{ ConfigRuleNames: [RULE_NAME, 'other'] }]);
    expect(line()).toMatchObject({ KeyEvents: 1_000, EvaluationsStarted: 1, PutOff: 0 });
    // Its own metrics only: a sweep's have the same dimension.
    const names = line()._aws.CloudWatchMetrics[0].Metrics.map((one: { Name: string }) => one.Name);
    expect(names.toSorted()).toEqual([
      'EvaluationsStarted',
      'EventToEvaluation',
      'HeldBack',
      'KeyEvents',
      'PoisonedEvents',
      'PutOff',
    ]);
  });

  it.each(['LimitExceededException', 'ResourceInUseException'])(
    'stays in the queue when Config answers %s, without an error or a second try',
    async (code) => {
      const error = new ServiceError(code, 'not now');
      const operation = 'StartConfigRulesEvaluation';
      account.faults.fail({ service: 'config', operation, error });

      expect(await handle(batchOf(keyEvent(), keyEvent()))).toEqual(failures(0, 1));

      expect(starts()).toHaveLength(1);
      expect(line()).toMatchObject({
        level: 'INFO',
        PutOff: 1,
        EvaluationsStarted: 0,
        Throttles: 0,
      });
    },
  );

  it.each(['AccessDeniedException', 'NoSuchConfigRuleException'])(
    'stays in the queue as a whole when the start fails otherwise: %s',
    async (code) => {
      const error = new ServiceError(code, 'no evaluation for you');
      const operation = 'StartConfigRulesEvaluation';
      account.faults.fail({ service: 'config', operation, error });

      await expect(handle(batchOf(keyEvent()))).rejects.toThrow('no evaluation for you');

      expect(line()).toMatchObject({ level: 'ERROR', errorType: code });
    },
  );

  it('goes on after a throttled call', async () => {
    const error = new ServiceError('ThrottlingException', 'Rate exceeded');
    account.faults.fail({ service: 'config', operation: 'StartConfigRulesEvaluation', error });
    expect(await handle(batchOf(keyEvent()))).toEqual(failures());
    expect(line()).toMatchObject({ Throttles: 1, EvaluationsStarted: 1 });
  });

  it('serves the others when a message is poisoned, and keeps that one', async () => {
    const response = await handle(batchOf(keyEvent(), 'AKIAIOSFODNN7EXAMPLE', keyEvent()));
    expect(response).toEqual(failures(1));
    expect(starts()).toHaveLength(1);
    expect(line()).toMatchObject({ KeyEvents: 2, PoisonedEvents: 1 });
    expect(line().poisoned).toEqual(['key event: expected JSON text, got "...MPLE"']);
  });

  it('keeps the poisoned message as well when the others are put off', async () => {
    const error = new ServiceError('LimitExceededException', 'not now');
    account.faults.fail({ service: 'config', operation: 'StartConfigRulesEvaluation', error });
    const { batchItemFailures } = await handle(batchOf(keyEvent(), 'poison', keyEvent()));
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).toSorted()).toEqual([
      'message-0',
      'message-1',
      'message-2',
    ]);
  });

  it('starts nothing for poisoned messages alone', async () => {
    expect(await handle(batchOf('poison'))).toEqual(failures(0));
    expect(account.dispatcher.calls).toEqual([]);
  });
});

describe('in an account where a start may cost an evaluation of each user', () => {
  it.each([
    [500, 1, 0],
    [501, 0, 1],
  ])('with %d users: %d started, %d held back', async (count, started, heldBack) => {
    for (let index = 0; index < count; index += 1)
      account.iam.seedUser({ UserName: `user-${index}` });

    expect(await handle(batchOf(keyEvent()), { maximumUsers: 500 })).toEqual(failures());

    expect(starts()).toHaveLength(started);
    expect(line()).toMatchObject({ EvaluationsStarted: started, HeldBack: heldBack });
    expect(String(line().recommendation).includes('triggers=schedule')).toBe(heldBack === 1);
  });

  it('does not take a failure to count for few users', async () => {
    const error = new ServiceError('AccessDenied', 'not authorized', 403);
    account.faults.fail({ service: 'iam', operation: 'GetAccountSummary', error });
    await expect(handle(batchOf(keyEvent()), { maximumUsers: 500 })).rejects.toThrow('not auth');
    expect(starts()).toEqual([]);
  });
});

describe('the log line of a batch', () => {
  it('says whose events they are and how old the oldest was when the evaluation began', async () => {
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
    expect(lines.join()).not.toContain('AKIAIOSFODNN7EXAMPLE');
  });

  it('names ten users at most', async () => {
    const events = Array.from({ length: 11 }, (_, index) =>
      keyEvent({ requestParameters: { userName: `user-${index}` } }),
    );
    await handle(batchOf(...events));
    expect(line().userNames).toHaveLength(10);
    expect(line()).not.toHaveProperty('poisoned');
  });

  it('names ten poisoned messages at most', async () => {
    const messages = Array.from({ length: 11 }, (_, index) => '['.repeat(index + 1));
    await handle(batchOf(...messages));
    expect(line()).toMatchObject({ PoisonedEvents: 11 });
    expect(line().poisoned).toHaveLength(10);
  });
});
