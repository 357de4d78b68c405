import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { ServiceError } from '../dispatch.ts';
import { wholeNumber } from '../request.ts';
import type { Schedule } from '../schedules.ts';
import { QueueArn } from '../sqs/queue.ts';

/** Decides whether a value of an event, or its absence, matches. */
type Matcher = (value: unknown) => boolean;

const ExactValue = v.union([v.string(), v.number(), v.boolean(), v.null()]);
const Exists = v.strictObject({ exists: v.boolean() });
const Members = v.record(v.string(), v.unknown());

const refuse = (where: readonly string[], expected: string, got: unknown) =>
  new ServiceError(
    'InvalidEventPatternException',
    `Event pattern is not valid: ${where.join('.') || 'pattern'}: expected ${expected}, got ${JSON.stringify(got)}`,
  );

const isObject = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const oneOf = (alternatives: unknown, where: readonly string[]): Matcher => {
  const parsed = v.safeParse(v.pipe(v.array(v.unknown()), v.minLength(1)), alternatives);
  if (!parsed.success)
    throw refuse(where, 'a list of at least one value, or an object', alternatives);
  const matchers = parsed.output.map((alternative): Matcher => {
    if (v.is(ExactValue, alternative)) {
      // A list in the event matches if one of its values does.
      return (value) =>
        Array.isArray(value) ? value.includes(alternative) : value === alternative;
    }
    if (!v.is(Exists, alternative))
      throw refuse(where, 'a text, a number, true, false, null or exists', alternative);
    // `exists` applies to leaves only: an object never exists.
    return (value) => (value !== undefined && !isObject(value)) === alternative.exists;
  });
  return (value) => matchers.some((matches) => matches(value));
};

const allOf = (pattern: unknown, where: readonly string[]): Matcher => {
  const matchers = Object.entries(v.parse(Members, pattern)).map(([name, member]) => {
    if (name.startsWith('$')) throw refuse([...where, name], 'the name of a member', name);
    const inner = isObject(member) ? allOf : oneOf;
    return { name, matches: inner(member, [...where, name]) };
  });
  if (matchers.length === 0) throw refuse(where, 'at least one member', pattern);
  return (value) => {
    const members = v.is(Members, value) ? value : {};
    return matchers.every(({ name, matches }) => matches(members[name]));
  };
};

/**
 * Reads an event pattern with exact values, nested members and `exists`.
 *
 * @throws {ServiceError} InvalidEventPatternException for any other matcher
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
export const parseEventPattern = (pattern: unknown): Matcher => {
  if (isObject(pattern)) return allOf(pattern, []);
  throw refuse([], 'an object', pattern);
};

/** An event as EventBridge delivers it. */
export type BridgedEvent = {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, in whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
};

const MILLISECONDS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
type Unit = keyof typeof MILLISECONDS;
const RATE = /^rate\((?:1 (minute|hour|day)|([1-9]\d*) (minute|hour|day)s)\)$/;
/** A minute, and every hour, one hour, or every so many hours from one hour on. */
const CRON = /^cron\(([1-5]?\d) (?:(\*)|(1?\d|2[0-3])(?:\/(1?\d|2[0-3]))?) \* \* \? \*\)$/;

type NextAfter = Schedule['nextAfter'];

/** Reads a rate. The value 1 takes a singular unit. */
const parseRate = (expression: string): NextAfter | undefined => {
  const [match, one, count, many] = RATE.exec(expression) ?? [];
  if (match === undefined || count === '1') return undefined;
  const period = Number(count ?? 1) * MILLISECONDS[(one ?? many) as Unit];
  return (instant) => instant + period;
};

const parseCron = (expression: string): NextAfter | undefined => {
  const [match, minute, everyHour, first, step] = CRON.exec(expression) ?? [];
  if (match === undefined || step === '0') return undefined;
  const isDueIn = (hour: number) =>
    everyHour !== undefined ||
    hour === Number(first) ||
    (step !== undefined && hour > Number(first) && (hour - Number(first)) % Number(step) === 0);
  return (instant) => {
    const hour = Math.floor(instant / MILLISECONDS.hour) * MILLISECONDS.hour;
    let due = hour + Number(minute) * MILLISECONDS.minute;
    while (due <= instant || !isDueIn(new Date(due).getUTCHours())) due += MILLISECONDS.hour;
    return due;
  };
};

/**
 * Reads a schedule expression: a rate, or a cron expression with a minute and hours of every day in UTC.
 *
 * @returns the function that finds the first due instant after an instant
 * @throws {ServiceError} ValidationException for any other text
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export const parseSchedule = (expression: string): NextAfter => {
  const nextAfter = parseRate(expression) ?? parseCron(expression);
  if (nextAfter !== undefined) return nextAfter;
  const expected = 'a rate, or a cron expression with a minute and hours';
  const got = JSON.stringify(expression);
  throw new ServiceError(
    'ValidationException',
    `ScheduleExpression: expected ${expected}, got ${got}`,
  );
};

/** Returns an event with the members that EventBridge adds. */
export const bridgedEvent = (
  own: Pick<BridgedEvent, 'detail-type' | 'source' | 'detail'> & Partial<BridgedEvent>,
  { accountId, region }: { readonly accountId: string; readonly region: string },
  at: Date,
): BridgedEvent => ({
  version: '0',
  id: randomUUID(),
  account: accountId,
  time: `${at.toISOString().slice(0, 19)}Z`,
  region,
  resources: [],
  ...own,
});

const FunctionArn = v.pipe(
  v.string(),
  v.regex(/^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]{1,64}$/),
);

const Target = v.strictObject({
  Arn: v.union([QueueArn, FunctionArn], 'expected the ARN of a queue or a function'),
  Id: v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/)),
  DeadLetterConfig: v.optional(v.strictObject({ Arn: v.optional(QueueArn) }), {}),
  // The account does not retry: a queue or function exists or it does not.
  RetryPolicy: v.optional(
    v.strictObject({
      MaximumRetryAttempts: v.optional(wholeNumber(0, 185)),
      MaximumEventAgeInSeconds: v.optional(wholeNumber(60, 86_400)),
    }),
  ),
});

const EventRule = v.strictObject({
  Name: v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/)),
  Description: v.optional(v.pipe(v.string(), v.maxLength(512))),
  EventBusName: v.optional(v.literal('default')),
  EventPattern: v.optional(v.unknown()),
  ScheduleExpression: v.optional(v.string()),
  State: v.optional(v.picklist(['ENABLED', 'DISABLED']), 'ENABLED'),
  Targets: v.optional(v.pipe(v.array(Target), v.maxLength(5)), []),
  Tags: v.optional(v.unknown()),
});

/** A target of a rule. */
export type EventTarget = v.InferOutput<typeof Target>;

/** A rule of the default event bus. */
export type EventRule = {
  readonly Name: string;
  readonly Arn: string;
  readonly State: 'ENABLED' | 'DISABLED';
  readonly Targets: readonly EventTarget[];
  readonly matches: (event: unknown) => boolean;
  /** Finds the due instants of its schedule, if it has one. */
  readonly nextAfter: NextAfter | undefined;
};

/** Creates the rules of the default event bus. */
export const createEventRules = ({ accountId, region }: { accountId: string; region: string }) => {
  const byName = new Map<string, EventRule>();

  return {
    all: () => [...byName.values()],
    /**
     * Creates or replaces an AWS::Events::Rule from its properties.
     *
     * @throws {v.ValiError} for an unknown member, or a target that is neither a queue nor a function
     * @throws {ServiceError} InvalidEventPatternException, ValidationException
     * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
     */
    put: (properties: unknown): EventRule => {
      const { Name, State, Targets, EventPattern, ScheduleExpression } = v.parse(
        EventRule,
        properties,
      );
      const Arn = `arn:aws:events:${region}:${accountId}:rule/${Name}`;
      const nextAfter =
        ScheduleExpression === undefined ? undefined : parseSchedule(ScheduleExpression);
      const isScheduleOnly = nextAfter !== undefined && EventPattern === undefined;
      const matches = isScheduleOnly ? () => false : parseEventPattern(EventPattern);
      const rule = { Name, Arn, State, Targets, matches, nextAfter };
      byName.set(Name, rule);
      return rule;
    },
  };
};
