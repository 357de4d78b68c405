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
      eventLeftScope: false,
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
      {
        eventLeftScope: true,
        configurationItem: { resourceId: userId, configurationItemStatus: 'ResourceDeleted' },
      },
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
    const { eventLeftScope, ruleParameters, ...event } = {
      ...asSent(change()),
      added: 1,
    } as Record<string, unknown>;
    expect([eventLeftScope, ruleParameters]).toEqual([false, '{}']);
    expect(parseConfigRuleEvent(event)).toMatchObject({ eventLeftScope: false });
  });
});

describe('parseConfigRuleEvent, with a wrong event', () => {
  const withItem = (overrides: object) => {
    const event = change();
    const item = event.invokingEvent['configurationItem'] as object;
    const configurationItem = { ...item, ...overrides };
    return asSent({ ...event, invokingEvent: { ...event.invokingEvent, configurationItem } });
  };
  const withInvokingEvent = (invokingEvent: unknown) => asSent({ ...change(), invokingEvent });

  it.each([
    [768, withItem({ resourceId: 'x'.repeat(768) }), true],
    [769, withItem({ resourceId: 'x'.repeat(769) }), false],
    [256, withItem({ resourceType: 'x'.repeat(256) }), true],
    [257, withItem({ resourceType: 'x'.repeat(257) }), false],
    [128, { ...asSent(change()), configRuleName: 'x'.repeat(128) }, true],
    [129, { ...asSent(change()), configRuleName: 'x'.repeat(129) }, false],
  ])('limits names as AWS Config does: %i characters', (length, event, isAccepted) => {
    const read = () => parseConfigRuleEvent(event);
    if (isAccepted) expect(read).not.toThrow();
    else expect(read).toThrow(`expected at most ${length - 1} characters, got "xxx`);
  });

  it.each([
    ['nothing', undefined, 'event: expected Object, got nothing'],
    ['null', null, 'event: expected Object, got null'],
    ['a string', 'hello', 'event: expected Object, got "hello"'],
    ['an empty object', {}, 'event.invokingEvent: expected a value, got nothing'],
    [
      'an invokingEvent that is not a string',
      { ...change() },
      'event.invokingEvent: expected string, got an object',
    ],
    [
      'an invokingEvent that is not JSON',
      { ...change(), invokingEvent: '{' },
      'event.invokingEvent: expected JSON text, got "{"',
    ],
    [
      'no result token',
      { ...asSent(change()), resultToken: '' },
      'event.resultToken: expected a string that is not empty, got ""',
    ],
    [
      'parameters that are not a string',
      { ...asSent(change()), ruleParameters: {} },
      'event.ruleParameters: expected string, got an object',
    ],
    [
      'a scope that is not a boolean',
      { ...asSent(change()), eventLeftScope: 'no' },
      'event.eventLeftScope: expected boolean, got "no"',
    ],
    [
      'an invokingEvent that is null',
      withInvokingEvent(null),
      'invokingEvent: expected Object, got null',
    ],
    [
      'a name that is a list',
      withItem({ resourceName: [] }),
      'resourceName: expected string, got an array',
    ],
    ['a list of events', withInvokingEvent([]), 'invokingEvent.messageType: expected'],
    [
      'an unknown message type',
      withInvokingEvent({ messageType: 'ConfigurationSnapshotDeliveryCompleted' }),
      'got "ConfigurationSnapshotDeliveryCompleted"',
    ],
    [
      'a schedule without an instant',
      withInvokingEvent({ messageType: 'ScheduledNotification' }),
      'invokingEvent.notificationCreationTime: expected a value, got nothing',
    ],
    [
      'an instant that is not a timestamp',
      withInvokingEvent({
        messageType: 'ScheduledNotification',
        notificationCreationTime: 'yesterday',
      }),
      'invokingEvent.notificationCreationTime: expected an ISO 8601 timestamp, got "yesterday"',
    ],
    [
      'no item',
      withInvokingEvent({ messageType: 'ConfigurationItemChangeNotification' }),
      'invokingEvent.configurationItem: expected a value, got nothing',
    ],
    [
      'no id',
      withItem({ resourceId: null }),
      'invokingEvent.configurationItem.resourceId: expected string, got null',
    ],
    [
      'an empty id',
      withItem({ resourceId: '' }),
      'invokingEvent.configurationItem.resourceId: expected a string that is not empty, got ""',
    ],
    [
      'an instant with an offset of 23 hours and no minutes',
      withInvokingEvent({
        messageType: 'ScheduledNotification',
        notificationCreationTime: '2026-11-20T12:00:00.1+23',
      }),
      'invokingEvent.notificationCreationTime: expected an ISO 8601 timestamp, got "2026-11-20T12:00:00.1+23"',
    ],
    [
      'an unknown status',
      withItem({ configurationItemStatus: 'Gone' }),
      'invokingEvent.configurationItem.configurationItemStatus: expected ("OK" | "ResourceDiscovered" | "ResourceNotRecorded" | "ResourceDeleted" | "ResourceDeletedNotRecorded"), got "Gone"',
    ],
    [
      'a capture time that is a number',
      withItem({ configurationItemCaptureTime: 1 }),
      'invokingEvent.configurationItem.configurationItemCaptureTime: expected string, got 1',
    ],
  ])('names the member, what was expected and what it got: %s', (_, event, message) => {
    expect(() => parseConfigRuleEvent(event)).toThrow(InvalidEventError);
    expect(() => parseConfigRuleEvent(event)).toThrow(
      expect.objectContaining({ name: 'InvalidEventError' }),
    );
    expect(() => parseConfigRuleEvent(event)).toThrow(message);
  });

  it('shows only the start of a long value', () => {
    expect(() => parseConfigRuleEvent('x'.repeat(10_000))).toThrow(
      /^event: expected Object, got "x{79}$/,
    );
  });
});
