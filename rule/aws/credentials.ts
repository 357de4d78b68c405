import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Reads the credentials that Lambda puts into the environment of a function.
 *
 * The bundles contain this instead of the SDK's default chain, which also looks for profiles, single sign-on and instance
 * metadata, and would make them half as large again.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export const defaultProvider = (): ReturnType<typeof fromEnv> => fromEnv();
