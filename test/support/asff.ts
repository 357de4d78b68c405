import { AwsSecurityFinding$ } from '@aws-sdk/client-securityhub';
import * as v from 'valibot';
import model from '../fixtures/security-hub/asff.json' with { type: 'json' };

const Shape = v.looseObject({
  type: v.string(),
  enum: v.optional(v.array(v.string())),
  pattern: v.optional(v.string()),
  required: v.optional(v.array(v.string()), []),
  members: v.optional(
    v.record(
      v.string(),
      v.looseObject({
        shape: v.string(),
        documentedMaximum: v.optional(v.number()),
        documentedLength: v.optional(v.number()),
        documentedKey: v.optional(v.number()),
        documentedValue: v.optional(v.number()),
      }),
    ),
    {},
  ),
  member: v.optional(v.string(), ''),
  value: v.optional(v.string(), ''),
});
const SHAPES = v.parse(v.record(v.string(), Shape), model.shapes);
type Member = v.InferOutput<typeof Shape>['members'][string];

const lengthOf = (value: unknown): number =>
  typeof value === 'string' || Array.isArray(value)
    ? value.length
    : Object.keys(Object(value)).length;

/** Limits that only the documentation states: lengths and numbers of items. */
const documented = (value: unknown, member: Member, where: string): string[] => {
  const { documentedMaximum: most, documentedLength: exact } = member;
  const { documentedKey: key, documentedValue: text } = member;
  const length = lengthOf(value);
  return [
    ...(most !== undefined && length > most ? [`${where}: ${length} of at most ${most}`] : []),
    ...(exact !== undefined && length !== exact ? [`${where}: ${length} instead of ${exact}`] : []),
    ...(key === undefined || text === undefined
      ? []
      : Object.entries(Object(value)).flatMap(([name, one]) =>
          name.length > key || lengthOf(one) > text ? [`${where}.${name}: too long`] : [],
        )),
  ];
};

/** Returns the problems of a value according to a shape of the API model. */
const breaches = (value: unknown, name: string, where: string): string[] => {
  const shape = SHAPES[name];
  if (shape === undefined) return [`${where}: no shape ${name}`];
  if (shape.type === 'list') {
    if (!Array.isArray(value)) return [`${where}: no list`];
    return value.flatMap((one, index) => breaches(one, shape.member, `${where}[${index}]`));
  }
  if (shape.type === 'map')
    return Object.entries(Object(value)).flatMap(([key, one]) =>
      breaches(one, shape.value, `${where}.${key}`),
    );
  if (shape.type === 'structure') return structureBreaches(value, shape, where);
  if (typeof value !== 'string') return [`${where}: no text`];
  const { enum: allowed, pattern } = shape;
  if (allowed !== undefined && !allowed.includes(value)) return [`${where}: ${value}`];
  return pattern !== undefined && !new RegExp(pattern).test(value) ? [`${where}: blank`] : [];
};

const structureBreaches = (
  value: unknown,
  { required, members }: v.InferOutput<typeof Shape>,
  where: string,
): string[] => {
  const given = Object.entries(Object(value)).filter(([, one]) => one !== undefined);
  const names = given.map(([member]) => member);
  return [
    ...required.filter((one) => !names.includes(one)).map((one) => `${where}.${one}: missing`),
    ...given.flatMap(([member, one]) => {
      const described = members[member];
      if (described === undefined) return [`${where}.${member}: unknown`];
      const place = `${where}.${member}`;
      return [...breaches(one, described.shape, place), ...documented(one, described, place)];
    }),
  ];
};

/** Returns the problems of a value according to the schema of the SDK, which knows names and types. */
const sdkBreaches = (value: unknown, given: unknown, where: string): string[] => {
  const [schema] = [typeof given === 'function' ? given() : given];
  if (typeof schema === 'number') {
    if (schema >= 128)
      return Object.values(Object(value)).flatMap((one) => sdkBreaches(one, schema - 128, where));
    if (schema >= 64)
      return Array.isArray(value)
        ? value.flatMap((one) => sdkBreaches(one, schema - 64, where))
        : [`${where}: no list`];
    return typeof value === (schema === 0 ? 'string' : schema === 1 ? 'number' : 'boolean')
      ? []
      : [`${where}: another type`];
  }
  const [kind, , , , second, third, requiredCount = 0] = schema as [
    number,
    string,
    string,
    unknown,
    unknown,
    unknown[],
    number?,
  ];
  if (kind === 1)
    return Array.isArray(value)
      ? value.flatMap((one, index) => sdkBreaches(one, second, `${where}[${index}]`))
      : [`${where}: no list`];
  const names = second as string[];
  const entries = Object.entries(Object(value)).filter(([, one]) => one !== undefined);
  return [
    ...names
      .slice(0, requiredCount)
      .filter((name) => !entries.some(([given]) => given === name))
      .map((name) => `${where}.${name}: missing`),
    ...entries.flatMap(([name, one]) =>
      names.includes(name)
        ? sdkBreaches(one, third[names.indexOf(name)], `${where}.${name}`)
        : [`${where}.${name}: unknown`],
    ),
  ];
};

/** Maximum size of a finding in bytes. */
const MAXIMUM_SIZE = 240 * 1024;

/** Returns the problems of a finding according to the API model, its documentation, the SDK schema and the size limit. */
export const asffBreaches = (finding: unknown): string[] => [
  ...breaches(finding, 'AwsSecurityFinding', 'finding'),
  ...sdkBreaches(finding, AwsSecurityFinding$, 'finding').map((one) => `SDK: ${one}`),
  ...(JSON.stringify(finding).length > MAXIMUM_SIZE ? ['finding: too large'] : []),
];
