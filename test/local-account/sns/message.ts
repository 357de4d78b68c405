import * as v from 'valibot';

const MOST_BYTES = 256 * 1024;

/** An entry of a map in a form: `MessageAttributes.entry.1.Value.DataType`. */
const IN_MAP = /^(\w+)\.entry\.(\d+)\.([\w.]+)$/;

/** Turns the flat entries of the maps of a form into lists of entries. */
export const unfoldMaps = (input: unknown): Record<string, unknown> => {
  const unfolded: Record<string, unknown> = {};
  const maps = new Map<string, Record<string, Record<string, unknown>>>();
  for (const [key, value] of Object.entries(Object(input))) {
    const [, map, index, member] = IN_MAP.exec(key) ?? [];
    if (map === undefined || index === undefined || member === undefined) unfolded[key] = value;
    else {
      const entries = maps.get(map) ?? {};
      entries[index] = { ...entries[index], [member]: value };
      maps.set(map, entries);
    }
  }
  for (const [map, entries] of maps) unfolded[map] = Object.values(entries);
  return unfolded;
};

/** @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
const Attribute = v.pipe(
  v.strictObject({
    Name: v.pipe(
      v.string(),
      v.regex(/^(?!(?:AWS|Amazon)\.)(?!.*\.\.)[\w-](?:[\w.-]{0,254}[\w-])?$/i),
    ),
    'Value.DataType': v.literal('String'),
    'Value.StringValue': v.pipe(
      v.string(),
      v.minLength(1),
      v.regex(/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u),
    ),
  }),
  v.transform((entry) => [entry.Name, entry['Value.StringValue']] as const),
);

/** The texts of a message with `MessageStructure` json, by protocol. */
const Structure = v.pipe(
  v.string(),
  v.parseJson(),
  v.objectWithRest({ default: v.string() }, v.string()),
);

/** @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const Input = v.strictObject({
  TopicArn: v.string(),
  Message: v.pipe(
    v.string(),
    v.minLength(1),
    v.check(
      (text) => Buffer.byteLength(text) <= MOST_BYTES,
      `expected at most ${MOST_BYTES} bytes of UTF-8`,
    ),
  ),
  Subject: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[\x21-\x7e][\x20-\x7e]{0,99}$/, 'expected 1 to 100 ASCII characters in one line'),
    ),
  ),
  MessageStructure: v.optional(v.literal('json')),
  MessageAttributes: v.optional(v.array(Attribute), []),
});

/** The input of Publish as a form has it. */
export const Publish = v.pipe(
  v.unknown(),
  v.transform(unfoldMaps),
  Input,
  v.check(
    ({ Message, MessageStructure }) => MessageStructure === undefined || v.is(Structure, Message),
    'Invalid parameter: Message Structure - No default entry in JSON message body',
  ),
  v.transform(({ Message, MessageStructure, MessageAttributes, ...others }) => {
    const byProtocol: Readonly<Record<string, string>> =
      MessageStructure === undefined ? { default: Message } : v.parse(Structure, Message);
    return {
      ...others,
      /** What every protocol without its own text gets. */
      Message: byProtocol['default'] ?? Message,
      byProtocol,
      attributes: Object.fromEntries(MessageAttributes),
    };
  }),
);

/** A published message. */
export type Published = v.InferOutput<typeof Publish> & { readonly MessageId: string };
