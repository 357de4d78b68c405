import { describe, expect, it } from 'vitest';
import { InvalidEventError, parseConfigRuleEvent } from '../../../rule/evaluation/event.ts';
import { asSent, recordedEvent } from '../../support/build.ts';

const change = () => recordedEvent('configuration-item-change');
const userId = 'AIDAQO5QBPYFF4ULQRVCE';

describe('parseConfigRuleEvent', () => {
  it('reads a scheduled notification', () => {
    expect(parseConfigRuleEvent(asSent(recordedEvent('scheduled-notification')))).toStrictEqual({
      messageType: 'ScheduledNotification',
      configRuleName: 'iam-user-single-access-key',
      ruleParameters: '{}',
      resultToken: 'token-1',
      orderingTimestamp: new Date('2016-07-13T21:50:00.373Z'),
    });
  });

  it('reads a change, with the instant of the notification', () => {
    expect(parseConfigRuleEvent(asSent(change()))).toMatchObject({
      messageType: 'ConfigurationItemChangeNotification',
      orderingTimestamp: new Date('2019-10-30T14:27:59.587Z'),
      configurationItem: {
        resourceType: 'AWS::IAM::User',
        resourceId: userId,
        resourceName: 'serverless-test',
        configurationItemStatus: 'ResourceDiscovered',
      },
    });
  });

  it('reads a deletion', () => {
    expect(parseConfigRuleEvent(asSent(recordedEvent('configuration-item-deleted')))).toMatchObject(
      { configurationItem: { resourceId: userId, configurationItemStatus: 'ResourceDeleted' } },
    );
  });

  it('reads an oversized change without a name, with the instant of the item', () => {
    expect(
      parseConfigRuleEvent(asSent(recordedEvent('oversized-configuration-item-change'))),
    ).toMatchObject({
      messageType: 'OversizedConfigurationItemChangeNotification',
      orderingTimestamp: new Date('2019-10-30T11:39:10.807Z'),
      configurationItem: { resourceId: userId, resourceName: null },
    });
  });

  it('ignores unknown members and accepts absent ones', () => {
    const { ruleParameters, ...event } = { ...asSent(change()), added: 1 } as Record<
      string,
      unknown
    >;
    expect(ruleParameters).toBe('{}');
    expect(parseConfigRuleEvent(event)).not.toHaveProperty('ruleParameters');
  });

  it.each(['ResourceNotRecorded', 'a later status'])(
    'accepts any status: %s',
    (configurationItemStatus) => {
      const { invokingEvent, ...event } = change();
      const item = invokingEvent['configurationItem'] as object;
      const configurationItem = { ...item, configurationItemStatus };
      const given = asSent({ ...event, invokingEvent: { ...invokingEvent, configurationItem } });
      expect(parseConfigRuleEvent(given)).toMatchObject({
        configurationItem: { configurationItemStatus },
      });
    },
  );
});

describe('parseConfigRuleEvent, with a wrong event', () => {
  const withOuter = (overrides: object) => ({ ...asSent(change()), ...overrides });
  const withInvokingEvent = (invokingEvent: unknown) => asSent({ ...change(), invokingEvent });
  const withItem = (overrides: object) => {
    const item = change().invokingEvent['configurationItem'] as object;
    const configurationItem = { ...item, ...overrides };
    return withInvokingEvent({ ...change().invokingEvent, configurationItem });
  };
  const withTime = (notificationCreationTime?: string) =>
    withInvokingEvent({ messageType: 'ScheduledNotification', notificationCreationTime });

  it.each([
    [768, withItem({ resourceId: 'x'.repeat(768) }), true],
    [769, withItem({ resourceId: 'x'.repeat(769) }), false],
    [128, withOuter({ configRuleName: 'x'.repeat(128) }), true],
    [129, withOuter({ configRuleName: 'x'.repeat(129) }), false],
  ])('limits names as AWS Config does: %i characters', (length, event, isAccepted) => {
    const read = () => parseConfigRuleEvent(event);
    if (isAccepted) expect(read).not.toThrow();
    else expect(read).toThrow(`expected at most ${length - 1} characters, got "xxx`);
  });

  const refuses = (event: unknown, message: string | RegExp) => {
    const read = () => parseConfigRuleEvent(event);
    expect(read).toThrow(InvalidEventError);
    expect(read).toThrow(expect.objectContaining({ name: 'InvalidEventError' }));
    expect(read).toThrow(message);
  };

  it.each([
    ['expected Object, got nothing', undefined],
    ['expected Object, got null', null],
    [/expected Object, got "x{79}$/, 'x'.repeat(10_000)],
    ['invokingEvent: expected a value, got nothing', {}],
    ['invokingEvent: expected string, got an object', { ...change() }],
    ['invokingEvent: expected JSON text, got "{"', withOuter({ invokingEvent: '{' })],
    ['resultToken: expected a string that is not empty', withOuter({ resultToken: '' })],
    ['ruleParameters: expected string, got an object', withOuter({ ruleParameters: {} })],
  ])('refuses the event: %s', (message, event) => {
    refuses(event, message);
    refuses(event, /^event[.:]/);
  });

  it.each([
    [': expected Object, got null', withInvokingEvent(null)],
    ['.messageType: expected', withInvokingEvent([])],
    ['got "Snapshot"', withInvokingEvent({ messageType: 'Snapshot' })],
    ['.notificationCreationTime: expected a value, got nothing', withTime()],
    ['CreationTime: expected an ISO 8601 timestamp, got "yesterday"', withTime('yesterday')],
    ['got "2026-11-20T12:00:00.1+23"', withTime('2026-11-20T12:00:00.1+23')],
    [
      '.configurationItem: expected a value, got nothing',
      withInvokingEvent({ messageType: 'ConfigurationItemChangeNotification' }),
    ],
  ])('refuses the invokingEvent: %s', (message, event) => {
    refuses(event, message);
    refuses(event, /^invokingEvent[.:]/);
  });

  it.each([
    ['resourceId: expected string, got null', { resourceId: null }],
    ['resourceId: expected a string that is not empty, got ""', { resourceId: '' }],
    ['resourceName: expected string, got an array', { resourceName: [] }],
    ['configurationItemStatus: expected a string that', { configurationItemStatus: '' }],
    [
      'resourceType: expected "AWS::IAM::User", got "AWS::IAM::Role"',
      { resourceType: 'AWS::IAM::Role' },
    ],
    ['CaptureTime: expected string, got 1', { configurationItemCaptureTime: 1 }],
  ])('refuses the configuration item: %s', (message, item) => {
    refuses(withItem(item), message);
    refuses(withItem(item), /^invokingEvent\.configurationItem\./);
  });
});
