import * as v from 'valibot';
import { wholeNumberOrText } from '../request.ts';
import { ConfigRuleName, parseProperties, text } from './rules.ts';

const RemediationParameter = v.pipe(
  v.strictObject({
    ResourceValue: v.optional(v.strictObject({ Value: v.literal('RESOURCE_ID') })),
    StaticValue: v.optional(
      v.strictObject({ Values: v.pipe(v.array(text(1, 256)), v.maxLength(25)) }),
    ),
  }),
  v.check(
    (given) => (given.ResourceValue === undefined) !== (given.StaticValue === undefined),
    'expected either a ResourceValue or a StaticValue',
  ),
);

const RemediationConfiguration = v.strictObject({
  ConfigRuleName,
  TargetType: v.literal('SSM_DOCUMENT'),
  TargetId: text(1, 256),
  TargetVersion: v.optional(v.string()),
  Parameters: v.optional(
    v.pipe(v.record(text(1, 256), RemediationParameter), v.maxEntries(25)),
    {},
  ),
  ResourceType: v.optional(v.string()),
  // The account does not simulate automatic remediation.
  Automatic: v.optional(v.union([v.literal(false), v.literal('false')], 'expected false')),
  ExecutionControls: v.optional(
    v.strictObject({
      SsmControls: v.strictObject({
        ConcurrentExecutionRatePercentage: v.optional(wholeNumberOrText(1, 100)),
        ErrorPercentage: v.optional(wholeNumberOrText(1, 100)),
      }),
    }),
  ),
});

/** The properties of a remediation; each of the `Parameters` is the resource id or a fixed value. */
export type RemediationProperties = v.InferOutput<typeof RemediationConfiguration>;

/**
 * Reads the resolved properties of an AWS::Config::RemediationConfiguration.
 *
 * @throws {ServiceError} InvalidParameterValueException with the first wrong member
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_RemediationConfiguration.html
 */
export const parseRemediationConfiguration = (properties: unknown): RemediationProperties =>
  parseProperties('AWS::Config::RemediationConfiguration', RemediationConfiguration, properties);
