import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as v from 'valibot';
import cdk from '../../cdk.json' with { type: 'json' };
import { readSettings } from '../../infra/settings/read-settings.ts';
import { SingleAccessKeyStack, STACK_NAME } from '../../infra/stack.ts';

// `npm run synth` validates the template.
process.env['CDK_VALIDATION'] = 'false';

const Statement = v.looseObject({
  Effect: v.string(),
  Action: v.union([v.string(), v.array(v.string())]),
  Resource: v.optional(v.unknown()),
});
const PolicyProperties = v.looseObject({
  PolicyDocument: v.looseObject({ Statement: v.array(Statement) }),
  Roles: v.array(v.looseObject({ Ref: v.string() })),
});

export type Properties = Readonly<Record<string, unknown>>;

/** The context of cdk.json. A warning does not stop the synthesis, as with the CDK CLI. */
export const CONTEXT = { ...cdk.context, '@aws-cdk/core:annotationsInValidationReport': false };

/** Synthesizes the stack with cdk.json and these settings, without bundling; by default, for any Region. */
export const synthesize = (settings: Properties = {}, region?: string) => {
  const app = new App({ context: { ...CONTEXT, 'aws:cdk:bundling-stacks': [] } });
  const env = { region };
  const stack = new SingleAccessKeyStack(app, STACK_NAME, { ...readSettings(settings), env });
  return { stack, template: Template.fromStack(stack) };
};

/** Returns the properties of every resource of a type. */
export const propertiesOf = (template: Template, type: string): Properties[] =>
  Object.values(template.findResources(type)).map(({ ['Properties']: found }) =>
    v.parse(v.record(v.string(), v.unknown()), found),
  );

/** Returns the properties of the only resource of a type. */
export const onlyOne = (template: Template, type: string): Properties => {
  const [only, ...others] = propertiesOf(template, type);
  if (only === undefined || others.length > 0) throw new Error(`expected exactly one ${type}`);
  return only;
};

/** Returns the logical id of the only resource of a type under a construct. */
export const idUnder = (template: Template, type: string, construct: string): string => {
  const ids = Object.keys(template.findResources(type)).filter((id) => id.startsWith(construct));
  const [id, ...others] = ids;
  if (id === undefined || others.length > 0)
    throw new Error(`expected exactly one ${type} of ${construct}, got ${ids.join(', ')}`);
  return id;
};

/** Returns the properties of the only resource of a type under a construct. */
export const propertiesUnder = (
  template: Template,
  type: string,
  construct: string,
): Properties => {
  const id = idUnder(template, type, construct);
  const { [id]: found } = template.findResources(type);
  return v.parse(v.record(v.string(), v.unknown()), found?.['Properties']);
};

/** An allowed action of a role. `on` is the resource as text, with references as `{LogicalId}`. */
type Allowed = { readonly role: string; readonly action: string; readonly on: string };

/** Formats an ARN or a name of the template as text, with references as `{LogicalId}`. */
export const toText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(toText).join('');
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = Object(value);
  if (join) return toText(join[1]);
  return `{${toText(Ref ?? attribute?.[0] ?? 'no reference')}}`;
};

/** Returns every allowed action of the template. */
export const allowedActions = (template: Template): Allowed[] =>
  propertiesOf(template, 'AWS::IAM::Policy').flatMap((properties) => {
    const { PolicyDocument, Roles } = v.parse(PolicyProperties, properties);
    return PolicyDocument.Statement.flatMap(({ Action, Resource }) =>
      [Action]
        .flat()
        .flatMap((action) => Roles.map(({ Ref }) => ({ role: Ref, action, on: toText(Resource) }))),
    );
  });
