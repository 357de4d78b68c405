import * as v from 'valibot';
import { InvalidEnvironmentError, parse } from '../input/parse.ts';
import type { RunbookRoles } from './drift.ts';

const RoleArn = v.pipe(v.string(), v.regex(/^arn:[\w-]+:iam::\d{12}:role\//, 'the ARN of a role'));
const Environment = v.object({ DEACTIVATION_ROLE_ARN: RoleArn, REACTIVATION_ROLE_ARN: RoleArn });

/**
 * Reads the roles of the runbooks from the function's environment; nothing where the rule has no runbook.
 *
 * @throws {InvalidEnvironmentError} says which variable, what was expected and what came
 */
export const readRunbookRoles = (
  environment: Readonly<Record<string, string | undefined>>,
): RunbookRoles | undefined => {
  if (environment['DEACTIVATION_ROLE_ARN'] === undefined) return undefined;
  const error = (message: string) => new InvalidEnvironmentError(message);
  const roles = parse(Environment, environment, { what: 'environment', error });
  return {
    deactivationRoleArn: roles.DEACTIVATION_ROLE_ARN,
    reactivationRoleArn: roles.REACTIVATION_ROLE_ARN,
  };
};
