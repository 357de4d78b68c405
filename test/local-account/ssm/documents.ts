import * as v from 'valibot';
import type { Action } from './action.ts';
import { ACTIONS, branchTargets } from './actions.ts';
import {
  type AutomationDocument,
  invalidDocument,
  parseDocument,
  type Step,
  type ValueType,
} from './document.ts';
import { type Lookup, referencesIn, resolveReferences } from './references.ts';

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html */
const VARIABLES = [
  ...['global:ACCOUNT_ID', 'global:REGION', 'global:AWS_PARTITION', 'automation:EXECUTION_ID'],
];

/** A value of each type, which stands for a reference until the document runs. */
const SAMPLES: Readonly<Record<ValueType, unknown>> = {
  String: 'text',
  StringList: ['text'],
  Boolean: true,
  Integer: 1,
  StringMap: {},
  MapList: [{}],
};

const requireUnique = (where: string, names: readonly string[]) => {
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw invalidDocument(`${where}: ${repeated} is declared twice`);
};

const actionOf = ({ name, action }: Step): Action => {
  const found = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(ACTIONS).join(', ');
  throw invalidDocument(`${name}: expected one of the actions ${known}, got ${action}`);
};

const outputTypes = (step: Step): readonly (readonly [string, ValueType])[] => {
  const declared = step.outputs.map(({ Name, Type }) => [Name, Type] as const);
  const outputs = [...Object.entries(actionOf(step).outputs), ...declared];
  requireUnique(
    `${step.name}.outputs`,
    outputs.map(([name]) => name),
  );
  return outputs.map(([name, type]) => [`${step.name}.${name}`, type]);
};

const typesOf = ({ parameters, mainSteps }: AutomationDocument): ReadonlyMap<string, ValueType> =>
  new Map<string, ValueType>([
    ...VARIABLES.map((name) => [name, 'String'] as const),
    ...Object.entries(parameters).map(([name, { type }]) => [name, type] as const),
    ...mainSteps.flatMap(outputTypes),
  ]);

/** Requires inputs that the action accepts. The format of a text with references is only known when the step runs. */
const requireInputs = ({ name, inputs }: Step, { inputs: schema }: Action, samples: unknown) => {
  const isUnknown = ({ type, path }: v.BaseIssue<unknown>) =>
    type === 'regex' && referencesIn(inputs[String(path?.[0].key)]).length > 0;
  const issue = v.safeParse(schema, samples).issues?.find((one) => !isUnknown(one));
  if (issue === undefined) return;
  const path = v.getDotPath(issue);
  throw invalidDocument(`${name}.inputs${path === null ? '' : `.${path}`}: ${issue.message}`);
};

const followersOf = (step: Step, following: Step | undefined, inputs: unknown) => {
  const onFailure = step.onFailure.startsWith('step:') ? [step.onFailure.slice(5)] : [];
  const targets = step.action === 'aws:branch' ? branchTargets(inputs) : [];
  const next = step.isEnd ? undefined : (step.nextStep ?? following?.name);
  return [...targets, ...(next === undefined ? [] : [next]), ...onFailure];
};

const requireNoLoop = (graph: ReadonlyMap<string, readonly string[]>) => {
  const open = new Set<string>();
  const done = new Set<string>();
  const visit = (name: string, from: string) => {
    const followers = graph.get(name);
    if (followers === undefined) throw invalidDocument(`${from}: there is no step ${name}`);
    if (open.has(name)) throw invalidDocument(`${from}: leads back to the step ${name}`);
    if (done.has(name)) return;
    open.add(name);
    for (const follower of followers) visit(follower, name);
    open.delete(name);
    done.add(name);
  };
  for (const name of graph.keys()) visit(name, 'mainSteps');
};

/**
 * Refuses a document that could not run to its end: its steps must lead forward to existing steps, refer to values
 * that are declared, and have inputs that their actions accept.
 *
 * @throws {ServiceError} InvalidDocumentContent, naming the step
 */
const checkDocument = (document: AutomationDocument): void => {
  const { mainSteps, outputs, assumeRole } = document;
  requireUnique(
    'mainSteps',
    mainSteps.map(({ name }) => name),
  );
  requireUnique('outputs', outputs);
  const types = typesOf(document);
  const lookupFor =
    (where: string): Lookup =>
    (reference) => {
      const type = types.get(reference);
      if (type !== undefined) return SAMPLES[type];
      throw invalidDocument(`${where}: ${reference} is not declared`);
    };
  resolveReferences(assumeRole, lookupFor('assumeRole'));
  for (const output of outputs) lookupFor('outputs')(output);
  const graph = mainSteps.map((step, index) => {
    const action = actionOf(step);
    const { name, timeoutSeconds = 1 } = step;
    if (timeoutSeconds > action.maxSeconds)
      throw invalidDocument(
        `${name}.timeoutSeconds: expected at most ${action.maxSeconds}, got ${timeoutSeconds}`,
      );
    const inputs = resolveReferences(step.inputs, lookupFor(name));
    requireInputs(step, action, inputs);
    return [name, followersOf(step, mainSteps[index + 1], inputs)] as const;
  });
  requireNoLoop(new Map(graph));
};

const DocumentProperties = v.strictObject({
  Name: v.pipe(
    v.string(),
    v.regex(/^[\w.-]{3,128}$/, 'expected 3 to 128 letters, digits, _, - and .'),
    v.check(
      (name) => !/^(aws|amazon|amzn)/i.test(name),
      'expected a name that AWS does not reserve',
    ),
  ),
  Content: v.union([v.string(), v.record(v.string(), v.unknown())]),
  DocumentType: v.literal('Automation'),
  DocumentFormat: v.optional(v.picklist(['YAML', 'JSON']), 'JSON'),
  TargetType: v.optional(v.pipe(v.string(), v.startsWith('/'))),
  UpdateMethod: v.optional(v.picklist(['Replace', 'NewVersion'])),
});

type LocalDocument = v.InferOutput<typeof DocumentProperties> & {
  readonly content: AutomationDocument;
};

/** Creates the store of an account's Automation documents. Each document has one version. */
export const createDocuments = () => {
  const byName = new Map<string, LocalDocument>();

  return {
    find: (Name: string): LocalDocument | undefined => byName.get(Name),
    /**
     * Creates a document from the resolved properties of an AWS::SSM::Document and its name.
     *
     * @throws {ServiceError} InvalidDocumentContent when the document could not run to its end
     */
    create: (properties: unknown): LocalDocument => {
      const parsed = v.parse(DocumentProperties, properties);
      const content = parseDocument(parsed.Content);
      checkDocument(content);
      const document = { ...parsed, content };
      byName.set(parsed.Name, document);
      return document;
    },
  };
};
