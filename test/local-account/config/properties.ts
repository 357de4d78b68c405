import * as v from 'valibot';
import { ServiceError } from '../call.ts';
import { text } from './members.ts';

/** PutConfigRule takes 128 characters, but GetComplianceDetailsByConfigRule finds only up to 64. */
export const ConfigRuleName = v.pipe(text(1, 64), v.regex(/\S/));

/**
 * Reads the resolved CloudFormation properties of a resource of AWS Config.
 *
 * @throws {ServiceError} InvalidParameterValueException with the first member that does not fit
 */
export const parseProperties = <Schema extends v.GenericSchema>(
  type: string,
  schema: Schema,
  properties: unknown,
): v.InferOutput<Schema> => {
  const parsed = v.safeParse(schema, properties);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const where = v.getDotPath(issue) ?? 'properties';
  throw new ServiceError('InvalidParameterValueException', `${type}: ${where}: ${issue.message}`);
};
