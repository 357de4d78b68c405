import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../infra/functions/bundle.ts';
import { OPERATION_ERRORS, SERVICE_ERRORS } from './api-errors.ts';

const PACKAGES: Readonly<Record<string, string>> = {
  iam: 'client-iam',
  config: 'client-config-service',
  cloudtrail: 'client-cloudtrail',
  securityhub: 'client-securityhub',
  sns: 'client-sns',
  ssm: 'client-ssm',
};

/** SNS errors whose code differs from the name of the SDK class. */
const SENT_AS: Readonly<Record<string, string>> = {
  InvalidParameterValue: 'ParameterValueInvalid',
};

/** The error codes that the SDK documents for a command. */
const documented = (operation: string): readonly string[] => {
  const [service = '', name = ''] = operation.split(':');
  const file = `${REPOSITORY}node_modules/@aws-sdk/${PACKAGES[service]}/dist-types/commands/${name}Command.d.ts`;
  const names = [...readFileSync(file, 'utf8').matchAll(/@throws \{@link (\w+)\}/g)].map(
    ([, found = '']) => found,
  );
  // The last one is the base class of all errors.
  const own = names.filter((found) => !found.endsWith('ServiceException'));
  if (service !== 'iam' && service !== 'sns') return own.toSorted();
  return own
    .map((found) => (found === 'ValidationException' ? found : found.replace(/Exception$/, '')))
    .map((found) => SENT_AS[found] ?? found)
    .toSorted();
};

describe('the error codes of an operation', () => {
  it.each(Object.keys(OPERATION_ERRORS).filter((operation) => !/^(lambda|sqs):/.test(operation)))(
    '%s are those of its API model',
    (operation) => {
      const codes = OPERATION_ERRORS[operation as keyof typeof OPERATION_ERRORS].map(
        ({ code }) => code,
      );
      expect(codes.toSorted()).toEqual(documented(operation));
    },
  );

  it('belong to a service with common errors', () => {
    for (const operation of Object.keys(OPERATION_ERRORS))
      expect(Object.keys(SERVICE_ERRORS)).toContain(operation.split(':')[0]);
  });
});
