import { GetTopicAttributesCommand, NotFoundException, SNSClient } from '@aws-sdk/client-sns';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ClockedAccount, createClockedAccount } from '../../support/clocked-account.ts';
import { createRunbookAccount } from '../../support/runbook-account.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

let account: ClockedAccount;
let TopicArn: string;
beforeEach(async () => {
  account = await createClockedAccount();
  TopicArn = account.sns.createTopic('approvals');
});

const publish = (input: object) => account.ask('sns', 'Publish', { TopicArn, ...input });

/** 256 KB of UTF-8. */
const LONGEST = `ü${'x'.repeat(256 * 1024 - 2)}`;

describe('Publish', () => {
  it('stores published messages', async () => {
    await publish({ Message: 'first' });
    await publish({ Message: 'second', Subject: 'A key to approve' });

    expect(TopicArn).toBe('arn:aws:sns:us-east-1:123456789012:approvals');
    expect(account.sns.published).toMatchObject([
      { TopicArn, Message: 'first' },
      { TopicArn, Message: 'second', Subject: 'A key to approve' },
    ]);
  });

  it.each([
    ['a message of 256 KB', { Message: LONGEST }],
    ['a subject of one character', { Message: 'x', Subject: '!' }],
    ['a subject of 100 characters', { Message: 'x', Subject: 'x'.repeat(100) }],
  ])('accepts %s', async (_, input) => {
    await publish(input);
  });

  it.each([
    ['a message of 256 KB and one byte', { Message: LONGEST.concat('x') }, 'InvalidParameter'],
    ['no message', { Message: '' }, 'InvalidParameter'],
    ['an empty subject', { Message: 'x', Subject: '' }, 'InvalidParameter'],
    ['a subject of 101 characters', { Message: 'x', Subject: 'x'.repeat(101) }, 'InvalidParameter'],
    ['a subject of two lines', { Message: 'x', Subject: 'a\nb' }, 'InvalidParameter'],
    ['a subject that is not ASCII', { Message: 'x', Subject: 'Schlüssel' }, 'InvalidParameter'],
    ['attributes', { Message: 'x', MessageAttributes: {} }, 'InvalidParameter'],
    ['an unknown topic', { Message: 'x', TopicArn: 'arn:aws:sns:::t' }, 'NotFound'],
  ])('refuses %s', async (_, input, code) => {
    await expect(publish(input)).rejects.toMatchObject({ code });
    expect(account.sns.published).toEqual([]);
  });

  it('uses the query protocol and the namespace of SNS', async () => {
    const form = new URLSearchParams({ Action: 'Publish', Version: '2010-03-31', TopicArn });

    const good = await account.post(`${form}&Message=hello`, FORM);
    const bad = await account.post(`${form}&Message=`, FORM);

    expect(await good.text()).toMatch(
      /^<PublishResponse xmlns="http:\/\/sns\.amazonaws\.com\/doc\/2010-03-31\/"><PublishResult><MessageId>/,
    );
    expect(bad.status).toBe(400);
    expect(await bad.text()).toContain('<Code>InvalidParameter</Code>');
  });

  it('works as a step of a runbook', async () => {
    const { account: runbooks, run } = await createRunbookAccount();
    const inputs = {
      Service: 'sns',
      Api: 'Publish',
      TopicArn: runbooks.sns.createTopic('t'),
      Message: 'm',
    };

    const { execution } = await run([{ name: 'Notify', action: 'aws:executeAwsApi', inputs }]);

    expect(execution.AutomationExecutionStatus).toBe('Success');
    expect(runbooks.sns.published).toMatchObject([{ Message: 'm' }]);
    await runbooks.close();
  });
});

describe('GetTopicAttributes', () => {
  it('returns the ARN and the owner of a topic', async () => {
    const sns = new SNSClient(account.clientConfig);
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
    expect(Attributes).toEqual({ TopicArn, Owner: '123456789012' });
  });

  it('refuses an unknown topic', async () => {
    const sns = new SNSClient(account.clientConfig);
    const unknown = new GetTopicAttributesCommand({ TopicArn: `${TopicArn}2` });
    await expect(sns.send(unknown)).rejects.toBeInstanceOf(NotFoundException);
  });
});
