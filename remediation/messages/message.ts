import type { PublishCommandInput } from '@aws-sdk/client-sns';

/** What a message is about: the values of the attribute `event`, by which subscriptions filter. */
export type MessageEvent =
  | 'NON_COMPLIANT'
  | 'DEACTIVATED'
  | 'REACTIVATED'
  | 'DELETED'
  | 'UNVERIFIED'
  | 'REFUSED';

/** Shows a value in a text: a name, a reason or a command, which may contain anything. */
export type Show = (value: string) => string;

/** A message for two readers, e-mail and chat. Each of them shows the values in its own way. */
export type Message = {
  readonly event: MessageEvent;
  /** The same for a duplicate of the event. */
  readonly eventId: string;
  readonly accountId: string;
  readonly ConfigRuleName: string;
  /** Fixed words, so that they need no escaping. */
  readonly title: string;
  /** What the subject adds to the title, such as the name of the user. */
  readonly about?: string;
  /** Chat shows messages with the same id in one thread. */
  readonly threadId: string;
  readonly paragraphs: (show: Show) => readonly string[];
  readonly nextSteps: (show: Show) => readonly string[];
  /** Lines at the end: label and value. */
  readonly facts?: readonly (readonly [label: string, value: string])[];
};

/** The topic of a message, and the value of the owner tag of its user. */
type Recipient = { readonly TopicArn: string; readonly owner: string | undefined };

/** The maximum length of a subject. @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const LONGEST_SUBJECT = 100;

/** The maximum length of a value. SNS accepts 256 KB with all readers and attributes; a message has at most ten values. */
const LONGEST_VALUE = 2_000;

/** Shows a value in plain text: one line, without control characters. */
const plain: Show = (value) =>
  value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').slice(0, LONGEST_VALUE);

/**
 * Shows a value as code, in which no chat formats or mentions anything, and from which a command can be copied. A value
 * cannot end the code. Slack requires the three entities.
 *
 * @see https://docs.slack.dev/messaging/formatting-message-text
 */
const code: Show = (value) => {
  const safe = plain(value).replaceAll('`', "'");
  return `\`${safe.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}\``;
};

const factsOf = (
  { event, eventId, facts = [] }: Message,
  owner: string | undefined,
): readonly (readonly [string, string])[] => [
  ['Event', `${event} ${eventId}`],
  ...(owner === undefined ? [] : [['Owner', owner] as const]),
  ...facts,
];

const linesOf = (facts: ReturnType<typeof factsOf>, show: Show): string =>
  facts.map(([label, value]) => `${label}: ${show(value)}`).join('\n');

const toText = (message: Message, owner: string | undefined): string =>
  [
    ...message.paragraphs(plain),
    ...message.nextSteps(plain),
    linesOf(factsOf(message, owner), plain),
  ].join('\n\n');

const subjectOf = ({ title, about }: Message): string =>
  (about === undefined ? title : `${title}: ${about}`)
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, LONGEST_SUBJECT);

/**
 * Returns a custom notification of Amazon Q Developer in chat applications, which drops a message of any other form.
 *
 * @see https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
const toCustomNotification = (message: Message, owner: string | undefined) => {
  const { event, eventId, accountId, ConfigRuleName, title, threadId } = message;
  return {
    version: '1.0',
    source: 'custom',
    id: eventId,
    content: {
      textType: 'client-markdown',
      title,
      description: [...message.paragraphs(code), linesOf(factsOf(message, owner), code)].join(
        '\n\n',
      ),
      nextSteps: message.nextSteps(code),
      keywords: [event, ConfigRuleName, accountId],
    },
    metadata: {
      threadId,
      summary: title,
      eventType: event,
      additionalContext: { accountId, configRuleName: ConfigRuleName },
    },
  };
};

const attributesOf = (
  { event, eventId, accountId, ConfigRuleName: configRuleName }: Message,
  owner: string | undefined,
) => {
  const values = { event, eventId, accountId, configRuleName, ...(owner && { owner }) };
  return Object.fromEntries(
    Object.entries(values).map(([name, StringValue]) => [
      name,
      { DataType: 'String', StringValue },
    ]),
  );
};

/**
 * Returns the request that publishes a message: plain text for e-mail and every other protocol, a custom notification for
 * HTTPS, with which Amazon Q Developer subscribes, and the attributes by which subscriptions filter.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html
 */
export const toPublishInput = (
  message: Message,
  { TopicArn, owner }: Recipient,
): PublishCommandInput => {
  const text = toText(message, owner);
  const notification = JSON.stringify(toCustomNotification(message, owner));
  return {
    TopicArn,
    Subject: subjectOf(message),
    MessageStructure: 'json',
    Message: JSON.stringify({
      ...{ default: text, email: text },
      ...{ http: notification, https: notification },
    }),
    MessageAttributes: attributesOf(message, owner),
  };
};

/** Matches what IAM allows in no tag value. SNS does not accept some of it in an attribute. */
const NOT_IN_TAG = /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu;

/** The maximum length of a tag value. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html */
const LONGEST_TAG = 256;

/** Returns the value of the owner tag as an attribute. An empty value, or one of spaces, is none. */
export const ownerFrom = (value: string | undefined): string | undefined =>
  value?.trim() ? value.replace(NOT_IN_TAG, '?').slice(0, LONGEST_TAG) : undefined;
