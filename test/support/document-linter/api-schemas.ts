import * as config from '@aws-sdk/client-config-service';
import * as iam from '@aws-sdk/client-iam';
import * as sns from '@aws-sdk/client-sns';
import { NormalizedSchema } from '@smithy/core/schema';
import type { Type } from './scope.ts';

/** The services that runbooks call, by the names that they have for boto3. */
const SERVICES: Readonly<Record<string, object>> = { config, iam, sns };

/** The names of the services whose operations are known. */
export const SERVICE_NAMES: readonly string[] = Object.keys(SERVICES);

/** What an operation takes and answers, as the SDK has it. */
export type Operation = { readonly request: NormalizedSchema; readonly response: NormalizedSchema };

type Reference = () => Parameters<typeof NormalizedSchema.of>[0];
const isReference = (value: unknown): value is Reference => typeof value === 'function';

/** An operation of a service, or nothing where the SDK knows none of this name. */
export const findOperation = (service: string, api: string): Operation | undefined => {
  const client = Object.hasOwn(SERVICES, service) ? SERVICES[service] : undefined;
  const found: unknown = client && Reflect.get(client, `${api}$`);
  // [9, namespace, name, traits, request, response]
  if (!Array.isArray(found) || found[0] !== 9) return undefined;
  const [request, response]: unknown[] = found.slice(4);
  if (!isReference(request) || !isReference(response)) return undefined;
  return {
    request: NormalizedSchema.of(request()),
    response: NormalizedSchema.of(response()),
  };
};

/** The members of a structure; none of anything else. */
export const membersOf = (schema: NormalizedSchema): ReadonlyMap<string, NormalizedSchema> =>
  new Map(schema.isStructSchema() ? schema.structIterator() : []);

/** The members of a structure that must be there: the schema has them first, and says how many they are. */
export const requiredOf = (schema: NormalizedSchema): readonly string[] => {
  const structure: unknown = schema.getSchema();
  const count: unknown = Array.isArray(structure) ? structure[6] : 0;
  return [...membersOf(schema).keys()].slice(0, typeof count === 'number' ? count : 0);
};

/** A schema as runbooks name types; texts stand for moments too. */
export const typeOf = (schema: NormalizedSchema): Type => {
  if (schema.isStringSchema() || schema.isTimestampSchema()) return 'String';
  if (schema.isBooleanSchema()) return 'Boolean';
  if (schema.isNumericSchema()) return 'Integer';
  if (schema.isListSchema())
    return typeOf(schema.getValueSchema()) === 'String' ? 'StringList' : 'MapList';
  return schema.isStructSchema() || schema.isMapSchema() ? 'StringMap' : 'Any';
};
