/** The maximum length of the names that CloudFormation generates, by resource type. */
const LIMITS = { 'AWS::IAM::Role': 64, 'AWS::SQS::Queue': 80, 'AWS::SSM::Document': 128 } as const;

/** A resource type that has a generated name. */
export type NamedType = keyof typeof LIMITS;

const RANDOM = '1A2b3C4d5E6f';

/**
 * Returns the names that CloudFormation may generate for a resource: `<stack name>-<logical id>-<random>`.
 *
 * If it is too long, CloudFormation cuts the stack name and the logical id to half of the room each. AWS does not document
 * this. Observed roles have 25 characters of the stack name, and 24 or 25 of the logical id. It is not known whether the
 * logical id gets the room that a short stack name leaves, so both names are returned.
 */
export const generatedNames = (
  type: NamedType,
  stackName: string,
  logicalId: string,
): readonly string[] => {
  const whole = `${stackName}-${logicalId}-${RANDOM}`;
  const limit = LIMITS[type];
  if (whole.length <= limit) return [whole];
  const room = limit - RANDOM.length - 2;
  const stack = stackName.slice(0, Math.ceil(room / 2));
  return [Math.floor(room / 2) - 1, Math.floor(room / 2), room - stack.length].map(
    (length) => `${stack}-${logicalId.slice(0, length)}-${RANDOM}`,
  );
};
