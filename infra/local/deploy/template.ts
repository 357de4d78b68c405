import * as v from 'valibot';
import { resolve, type Scope } from './intrinsics.ts';

const Names = v.union([
  v.pipe(
    v.string(),
    v.transform((name) => [name]),
  ),
  v.array(v.string()),
]);
const Resource = v.strictObject({
  Type: v.string(),
  Properties: v.optional(v.record(v.string(), v.unknown()), {}),
  DependsOn: v.optional(Names, []),
  Condition: v.optional(v.string()),
  Metadata: v.optional(v.unknown()),
  DeletionPolicy: v.optional(v.string()),
  UpdateReplacePolicy: v.optional(v.string()),
});
const Parameter = v.looseObject({
  Type: v.string(),
  Default: v.optional(v.union([v.string(), v.number()])),
});
const Output = v.looseObject({ Value: v.unknown(), Condition: v.optional(v.string()) });

const Template = v.strictObject({
  AWSTemplateFormatVersion: v.optional(v.literal('2010-09-09')),
  Description: v.optional(v.string()),
  Metadata: v.optional(v.unknown()),
  Parameters: v.optional(v.record(v.string(), Parameter), {}),
  Conditions: v.optional(v.record(v.string(), v.unknown()), {}),
  // They judge what an operator gives for parameters; here every parameter has its default.
  Rules: v.optional(v.unknown()),
  Resources: v.record(v.string(), Resource),
  Outputs: v.optional(v.record(v.string(), Output), {}),
});

/** A CloudFormation template, as far as the local account knows one. */
export type Template = v.InferOutput<typeof Template>;

/** Reads a template; throws for a section or a member of a resource that is unknown here. */
export const parseTemplate = (template: unknown): Template => v.parse(Template, template);

const evaluate = (condition: unknown, scope: Scope): boolean => {
  const [[name, argument] = ['nothing']] = Object.entries(
    v.parse(v.record(v.string(), v.unknown()), condition),
  );
  const all = () => v.parse(v.array(v.unknown()), argument).map((one) => evaluate(one, scope));
  if (name === 'Condition') return scope.condition(v.parse(v.string(), argument));
  if (name === 'Fn::Not') return !all()[0];
  if (name === 'Fn::And') return all().every(Boolean);
  if (name === 'Fn::Or') return all().some(Boolean);
  if (name !== 'Fn::Equals')
    throw new Error(
      `unknown condition function ${name}, expected Fn::Equals, Fn::Not, Fn::And, Fn::Or or Condition`,
    );
  const [one, other] = v.parse(v.strictTuple([v.unknown(), v.unknown()]), resolve(argument, scope));
  return String(one) === String(other);
};

/** A resource that was made: what `Ref` and `Fn::GetAtt` answer for it. */
export type MadeResource = {
  readonly Ref: string;
  readonly attributes: Readonly<Record<string, string>>;
};

/** What a deployment answers for names. */
type Deployment = {
  readonly pseudoParameters: Readonly<Record<string, unknown>>;
  /** Makes the resource when it is asked for first; `undefined` when the template has none of this id. */
  readonly resource: (logicalId: string, scope: Scope) => MadeResource | undefined;
};

const parameterDefault = (template: Template, name: string) => {
  const { Type, Default } = template.Parameters[name] ?? {};
  // Such a default is the name of a parameter of Systems Manager, not its value.
  if (Default !== undefined && !Type?.startsWith('AWS::SSM::')) return Default;
  throw new Error(`${name} must be a resource, a pseudo parameter or a parameter with a default`);
};

/** The scope of a template's names in one deployment. */
export const createScope = (
  template: Template,
  { pseudoParameters, resource }: Deployment,
): Scope => {
  const scope: Scope = {
    ref: (name) => {
      if (Object.hasOwn(pseudoParameters, name)) return pseudoParameters[name];
      return resource(name, scope)?.Ref ?? parameterDefault(template, name);
    },
    getAtt: (logicalId, attribute) => {
      const value = resource(logicalId, scope)?.attributes[attribute];
      if (value !== undefined) return value;
      throw new Error(`${logicalId} has no attribute ${attribute} here`);
    },
    condition: (name) => {
      if (name in template.Conditions) return evaluate(template.Conditions[name], scope);
      throw new Error(`unknown condition ${name}`);
    },
  };
  return scope;
};
