import { beforeEach } from 'vitest';

/**
 * Keeps tests away from real accounts. Clients without an endpoint use this one, where nothing listens, with invalid
 * credentials.
 */
const UNUSED_ENDPOINT = 'http://127.0.0.1:9';

beforeEach(() => {
  for (const name of Object.keys(process.env))
    if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: UNUSED_ENDPOINT,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
});
