import { NormalizedSchema } from '@smithy/core/schema';
import { SDKS } from './known-names.ts';

/** A command of the AWS CLI as an API call. `isComplete` says whether it has every required member. */
export type ApiCall = {
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly isComplete: boolean;
};

/** The operations of Amazon SQS in the documentation, as its SDK would describe them. */
const SQS = {
  ReceiveMessage$: [
    ...[9, 'sqs', 'ReceiveMessage', 0],
    [
      ...[3, 'sqs', 'ReceiveMessageRequest', 0],
      ['QueueUrl', 'MessageAttributeNames', 'MaxNumberOfMessages'],
      ...[[0, 64, 1], 1],
    ],
    [3, 'sqs', 'ReceiveMessageResult', 0, [], []],
  ],
  SendMessage$: [
    ...[9, 'sqs', 'SendMessage', 0],
    [3, 'sqs', 'SendMessageRequest', 0, ['QueueUrl', 'MessageBody'], [0, 0], 2],
    [3, 'sqs', 'SendMessageResult', 0, [], []],
  ],
  PurgeQueue$: [
    ...[9, 'sqs', 'PurgeQueue', 0],
    [3, 'sqs', 'PurgeQueueRequest', 0, ['QueueUrl'], [0], 1],
    [3, 'sqs', 'PurgeQueueResult', 0, [], []],
  ],
};

/** Options whose names would collide with those of the AWS CLI itself, and their members. */
const RENAMED: Readonly<Record<string, string>> = { 'notification-endpoint': 'endpoint' };

/** Options of the AWS CLI itself. */
const GLOBAL = ['region', 'profile', 'query', 'output', 'endpoint-url'];

/** Returns the name that the AWS CLI gives to an operation or a member. */
export const toCliName = (name: string): string =>
  name
    .replace(/(.)([A-Z][a-z]+)/g, '$1-$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();

/** Groups the words after the operation by their options. */
const optionsOf = (words: readonly string[]): ReadonlyMap<string, string[]> => {
  const options = new Map<string, string[]>();
  let values: string[] = [];
  for (const word of words) {
    const [, name, value] = /^--([\w-]+)(?:=([\s\S]*))?$/.exec(word) ?? [];
    if (name === undefined) values.push(word);
    else {
      values = value === undefined ? [] : [value];
      options.set(name, values);
    }
  }
  return options;
};

/** Splits `Key=a,Values=b,c` into its members. */
const splitShorthand = (text: string): Record<string, string[]> => {
  const members: Record<string, string[]> = {};
  let values: string[] | undefined;
  for (const part of text.split(',')) {
    const [, name, value = part] = /^(\w+)=(.*)$/s.exec(part) ?? [];
    if (name !== undefined) {
      values = [];
      members[name] = values;
    }
    if (values === undefined) throw new Error(`expected name=value, got "${part}"`);
    values.push(value);
  }
  return members;
};

/** Returns the type of a member of a structure or a map. */
const typeOfMember = (type: NormalizedSchema, name: string): NormalizedSchema => {
  if (type.isMapSchema()) return type.getValueSchema();
  const found = Object(type.getMemberSchemas())[name];
  if (found === undefined) throw new Error(`${type.getName()} has no member ${name}`);
  return found;
};

/** Converts a value of JSON, and of the shorthand syntax, to a type. */
const convert = (type: NormalizedSchema, value: unknown): unknown => {
  if (type.isListSchema()) {
    if (!Array.isArray(value)) throw new Error(`expected a list, got ${JSON.stringify(value)}`);
    return value.map((item) => convert(type.getValueSchema(), item));
  }
  if (type.isStructSchema() || type.isMapSchema()) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Error(`expected members, got ${JSON.stringify(value)}`);
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        convert(typeOfMember(type, name), member),
      ]),
    );
  }
  if (type.isNumericSchema() && /^\d+(\.\d+)?$/.test(String(value))) return Number(value);
  if (type.isBooleanSchema() && /^(true|false)$/.test(String(value))) return value === 'true';
  if (type.isStringSchema() && typeof value === 'string') return value;
  if (type.isTimestampSchema() && !Number.isNaN(Date.parse(String(value))))
    return new Date(String(value));
  throw new Error(`expected ${type.getName(true) ?? 'another type'}, got ${JSON.stringify(value)}`);
};

/** Reads the words of an option as a value: JSON, the shorthand syntax, or the words themselves. */
const readOption = (type: NormalizedSchema, words: readonly string[]): unknown => {
  const [word = '', ...others] = words;
  if (/^[[{]/.test(word)) return convert(type, JSON.parse(word));
  if (type.isListSchema()) return words.map((one) => readOption(type.getValueSchema(), [one]));
  if (words.length === 0 || others.length > 0)
    throw new Error(`expected one value, got ${JSON.stringify(words)}`);
  if (!type.isStructSchema() && !type.isMapSchema()) return convert(type, word);
  const members = Object.entries(splitShorthand(word)).map(([name, values]) => [
    name,
    readOption(typeOfMember(type, name), values),
  ]);
  return Object.fromEntries(members);
};

/** Adds the names of all members of a type, also of the types in it. */
const addMembers = (
  type: NormalizedSchema,
  names: Set<string>,
  seen = new Set<unknown>(),
): void => {
  if (seen.has(type.getSchema())) return;
  if (type.isListSchema() || type.isMapSchema()) addMembers(type.getValueSchema(), names, seen);
  else if (type.isStructSchema()) {
    seen.add(type.getSchema());
    for (const [name, member] of type.structIterator()) {
      names.add(name);
      addMembers(member, names, seen);
    }
  }
};

/**
 * Requires that a query names only members of the output. Names of its own, texts and functions do not count.
 *
 * @param known  keys of maps that the output can contain
 */
const checkQuery = (query: string, output: NormalizedSchema, known: ReadonlySet<string>): void => {
  const names = new Set(known);
  addMembers(output, names);
  const used = query.replace(/'[^']*'/g, '').match(/\b[A-Za-z]\w*\b(?![(:])/g) ?? [];
  for (const name of used)
    if (!names.has(name)) throw new Error(`--query: the output has no member ${name}`);
};

/**
 * Reads the words of a command of the AWS CLI as an API call. Returns none for a service whose SDK is not installed.
 *
 * @throws {Error} if the operation, an option or a member does not exist, or a value has another type
 */
export const toApiCall = (
  [service = '', command = '', ...words]: readonly string[],
  known: ReadonlySet<string>,
): ApiCall | undefined => {
  const sdk = service === 'sqs' ? SQS : SDKS[service];
  if (sdk === undefined) return undefined;
  const found = Object.entries(sdk).find(
    ([name, value]) =>
      Array.isArray(value) && value[0] === 9 && toCliName(name.slice(0, -1)) === command,
  );
  if (found === undefined) throw new Error(`${service} has no operation ${command}`);
  const [, , operation, , request, response] = found[1];
  const type = NormalizedSchema.of(request);
  const members = [...type.structIterator()];
  const input: Record<string, unknown> = {};
  for (const [option, values] of optionsOf(words)) {
    if (option === 'query') checkQuery(values.join(' '), NormalizedSchema.of(response), known);
    if (GLOBAL.includes(option)) continue;
    const member = members.find(([name]) => toCliName(name) === (RENAMED[option] ?? option));
    if (member === undefined) throw new Error(`${operation} has no option --${option}`);
    input[member[0]] = readOption(member[1], values);
  }
  const { 6: required = 0 } = Object(type.getSchema());
  const isComplete = members.slice(0, required).every(([name]) => input[name] !== undefined);
  return { service, operation, input, isComplete };
};
