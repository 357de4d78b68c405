import * as v from 'valibot';
import { evaluateCondition, type Scope } from './intrinsics.ts';

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
const Scalar = v.union([v.string(), v.number()]);
const Parameter = v.strictObject({
  Type: v.string(),
  Description: v.optional(v.string()),
  Default: v.optional(Scalar),
  AllowedValues: v.optional(v.array(Scalar)),
  AllowedPattern: v.optional(v.string()),
  ConstraintDescription: v.optional(v.string()),
});
const Rule = v.strictObject({
  RuleCondition: v.optional(v.unknown()),
  Assertions: v.pipe(
    v.array(v.strictObject({ Assert: v.unknown(), AssertDescription: v.optional(v.string()) })),
    v.minLength(1),
  ),
});
const Output = v.looseObject({ Value: v.unknown(), Condition: v.optional(v.string()) });

const Template = v.strictObject({
  AWSTemplateFormatVersion: v.optional(v.literal('2010-09-09')),
  Description: v.optional(v.string()),
  Metadata: v.optional(v.unknown()),
  Parameters: v.optional(v.record(v.string(), Parameter), {}),
  Conditions: v.optional(v.record(v.string(), v.unknown()), {}),
  Rules: v.optional(v.record(v.string(), Rule), {}),
  Resources: v.record(v.string(), Resource),
  Outputs: v.optional(v.record(v.string(), Output), {}),
});

/** A CloudFormation template with the sections that the account supports. */
export type Template = v.InferOutput<typeof Template>;

/** Reads a template; throws for an unknown section or an unknown member of a resource. */
export const parseTemplate = (template: unknown): Template => v.parse(Template, template);

/** A created resource: its `Ref` and the attributes for `Fn::GetAtt`. */
export type MadeResource = {
  readonly Ref: string;
  readonly attributes: Readonly<Record<string, string>>;
};

/** The values of names in one deployment. */
export type Deployment = {
  readonly pseudoParameters: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, string>>;
  /** Creates the resource at the first call; returns `undefined` for an unknown id. */
  readonly resource: (logicalId: string, scope: Scope) => MadeResource | undefined;
};

/** Creates the scope of a template in one deployment. */
export const createScope = (
  template: Template,
  { pseudoParameters, parameters, resource }: Deployment,
): Scope => {
  const scope: Scope = {
    ref: (name) => {
      if (Object.hasOwn(pseudoParameters, name)) return pseudoParameters[name];
      const value = parameters[name] ?? resource(name, scope)?.Ref;
      if (value !== undefined) return value;
      throw new Error(`${name} must be a resource, a pseudo parameter or a parameter with a value`);
    },
    getAtt: (logicalId, attribute) => {
      const value = resource(logicalId, scope)?.attributes[attribute];
      if (value !== undefined) return value;
      throw new Error(`${logicalId} has no attribute ${attribute} here`);
    },
    condition: (name) => {
      if (name in template.Conditions) return evaluateCondition(template.Conditions[name], scope);
      throw new Error(`unknown condition ${name}`);
    },
  };
  return scope;
};
