import * as v from 'valibot';
import { ASSERTION_FUNCTIONS, evaluateCondition } from './conditions.ts';
import { isOfSystemsManager } from './parameters.ts';
import { createScope, type Deployment, type Template } from './template.ts';

const Members = v.record(v.string(), v.unknown());

/** The names that a value refers to, however deep. */
const refsIn = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(refsIn);
  if (!v.is(Members, value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === 'Ref' && typeof member === 'string' ? [member] : refsIn(member),
  );
};

/**
 * Holds the assertions of a template's rules, before anything is made.
 *
 * A rule on a value of Systems Manager is passed over: the CDK asks so for its bootstrap stack, which nobody
 * needs here.
 *
 * @throws the AssertDescription of the first assertion that fails
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 */
export const holdAssertions = (
  template: Template,
  values: Pick<Deployment, 'pseudoParameters' | 'parameters'>,
): void => {
  // A rule knows parameters only: no resource is there yet.
  const scope = createScope(template, { ...values, resource: () => undefined });
  const holds = (condition: unknown) => evaluateCondition(condition, scope, ASSERTION_FUNCTIONS);

  for (const [name, rule] of Object.entries(template.Rules)) {
    if (refsIn(rule).some((ref) => isOfSystemsManager(template, ref))) continue;
    if (rule.RuleCondition !== undefined && !holds(rule.RuleCondition)) continue;
    for (const { Assert, AssertDescription } of rule.Assertions)
      if (!holds(Assert)) throw new Error(AssertDescription ?? `the assertion of ${name} failed`);
  }
};
