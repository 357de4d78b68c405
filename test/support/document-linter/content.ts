import * as v from 'valibot';
import { problem } from './problem.ts';

const Name = v.pipe(v.string(), v.regex(/^\w{1,50}$/));
const Text = v.pipe(v.string(), v.minLength(1));
const WholeNumber = v.pipe(v.number(), v.integer(), v.minValue(1));

/** The types of parameters and outputs. */
export const TYPES = [
  'String',
  'StringList',
  'Integer',
  'Boolean',
  'StringMap',
  'MapList',
] as const;

const Parameter = v.strictObject({
  type: v.picklist(TYPES),
  description: Text,
  default: v.optional(v.unknown()),
  allowedPattern: v.optional(Text),
  allowedValues: v.optional(v.pipe(v.array(v.string()), v.minLength(1))),
});
/** A parameter of an execution. */
export type Parameter = v.InferOutput<typeof Parameter>;

const Output = v.strictObject({ Name, Selector: Text, Type: v.picklist(TYPES) });
/** What a step takes from its answer, for later steps. */
export type Output = v.InferOutput<typeof Output>;

const Step = v.strictObject({
  name: Name,
  action: Text,
  description: Text,
  inputs: v.record(v.string(), v.unknown()),
  outputs: v.optional(v.array(Output), []),
  timeoutSeconds: v.optional(WholeNumber),
  // AWS names no highest number; a step that needs more is not one to try again.
  maxAttempts: v.optional(v.pipe(WholeNumber, v.maxValue(10))),
  // The default, Abort, is said: who reads a step must see where its failure leads.
  onFailure: v.pipe(v.string(), v.regex(/^(Abort|Continue|step:\w+)$/)),
  onCancel: v.optional(v.pipe(v.string(), v.regex(/^(Abort|step:\w+)$/))),
  isCritical: v.optional(v.boolean()),
  isEnd: v.optional(v.boolean(), false),
  nextStep: v.optional(Name),
});
/** One step. */
export type Step = v.InferOutput<typeof Step>;

const Content = v.strictObject({
  schemaVersion: v.literal('0.3'),
  description: Text,
  assumeRole: Text,
  parameters: v.record(Name, Parameter),
  outputs: v.array(v.pipe(v.string(), v.regex(/^\w+\.\w+$/))),
  mainSteps: v.pipe(v.array(Step), v.minLength(1)),
});
/** What Systems Manager reads in an Automation document, as far as documents of this repository use it. */
export type Content = v.InferOutput<typeof Content>;

/** Reads a document, or says which of its members are missing, unknown or of a wrong type. */
export const readContent = (document: unknown): Content | readonly string[] => {
  const parsed = v.safeParse(Content, document);
  if (parsed.success) return parsed.output;
  return parsed.issues.map((issue) => {
    const { expected, input, type } = issue;
    const where = v.getDotPath(issue) ?? 'document';
    if (expected === 'never') return `${where}: expected no such member`;
    // Of a member that is missing, valibot expects its name.
    const isMissing = type === 'strict_object' && input === undefined;
    return problem(where, isMissing ? 'this member' : (expected ?? type), input);
  });
};
