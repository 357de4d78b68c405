import type { Pattern } from '../settings/schemas.ts';
import type { Choice } from './choice.ts';

/** A parameter as the template declares it. */
export type Declaration = Readonly<Record<string, string | number | readonly (string | number)[]>>;

/** How a setting is a parameter of the template. */
export type SettingParameter<Value> = {
  readonly declaration: Declaration;
  /** What the setting is at synthesis, one value for each way that the template may differ in; often a token. */
  readonly valuesOf: (name: string) => readonly Value[];
  /** What the template chooses by, where there is more than one way. */
  readonly choiceOf?: (name: string) => Choice;
};

/** What stands in a template for the value of a parameter. */
export const refOf = (name: string) => ({ Ref: name });

/** What CloudFormation says of a value that does not match. */
export const mustBe = ({ expected }: Pick<Pattern, 'expected'>): string => `must be ${expected}`;

/** Declares one of these texts. */
export const declareOneOf = (AllowedValues: readonly string[], Default: string): Declaration => ({
  Type: 'String',
  Default,
  AllowedValues,
  ConstraintDescription: mustBe({ expected: `one of ${AllowedValues.join(', ')}` }),
});
