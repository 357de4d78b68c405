import * as v from 'valibot';
import { type CallingService, isArnLike, OneOrMore } from '../request.ts';

const Keys = v.strictObject({
  'aws:SourceArn': v.optional(OneOrMore),
  'aws:SourceAccount': v.optional(OneOrMore),
  'aws:SecureTransport': v.optional(OneOrMore),
});
const Statement = v.strictObject({
  Sid: v.optional(v.string()),
  Effect: v.picklist(['Allow', 'Deny']),
  Principal: v.union([
    v.literal('*'),
    v.strictObject({ AWS: v.optional(OneOrMore), Service: v.optional(OneOrMore, []) }),
  ]),
  Action: OneOrMore,
  Resource: OneOrMore,
  Condition: v.optional(
    v.strictObject({
      ArnEquals: v.optional(Keys, {}),
      ArnLike: v.optional(Keys, {}),
      StringEquals: v.optional(Keys, {}),
      StringLike: v.optional(Keys, {}),
      Bool: v.optional(Keys, {}),
    }),
    {},
  ),
});
const QueuePolicy = v.strictObject({
  Version: v.optional(v.string()),
  Id: v.optional(v.string()),
  Statement: v.pipe(v.array(Statement), v.minLength(1)),
});

/** A parsed queue policy. */
export type QueuePolicy = v.InferOutput<typeof QueuePolicy>;
type Statement = QueuePolicy['Statement'][number];

/** Reads a queue policy; throws for an unknown operator or condition key. */
export const parseQueuePolicy = (document: unknown): QueuePolicy => v.parse(QueuePolicy, document);

const meets = ({ Condition }: Statement, { SourceAccount, SourceArn }: CallingService) => {
  const given = {
    'aws:SourceArn': SourceArn,
    'aws:SourceAccount': SourceAccount,
    // Services send over TLS.
    'aws:SecureTransport': 'true',
  };
  const like = (value: string, patterns: readonly string[] = [value]) =>
    patterns.some((pattern) => isArnLike(value, pattern));
  const equals = (value: string, texts: readonly string[] = [value]) => texts.includes(value);
  return Object.entries(Condition).every(([operator, keys]) => {
    const isMet = /^String(?!Like)|^Bool/.test(operator) ? equals : like;
    return (
      isMet(given['aws:SourceArn'], keys['aws:SourceArn']) &&
      isMet(given['aws:SourceAccount'], keys['aws:SourceAccount']) &&
      isMet(given['aws:SecureTransport'], keys['aws:SecureTransport'])
    );
  });
};

const concerns = (statement: Statement, service: CallingService, queueArn: string) => {
  const { Principal, Action, Resource } = statement;
  const isNamed =
    Principal === '*' ||
    Principal.AWS?.includes('*') ||
    Principal.Service.includes(service.Principal);
  return (
    isNamed === true &&
    Action.some((action) => isArnLike('sqs:sendmessage', action.toLowerCase())) &&
    Resource.some((resource) => isArnLike(queueArn, resource)) &&
    meets(statement, service)
  );
};

/** Whether a queue policy allows a service to send messages. A denial takes precedence. */
export const letsSend = (
  policy: QueuePolicy | undefined,
  service: CallingService,
  queueArn: string,
): boolean => {
  const effects = (policy?.Statement ?? [])
    .filter((statement) => concerns(statement, service, queueArn))
    .map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
};
