import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { readSettings } from '../settings/read-settings.ts';
import type { Settings } from '../settings/settings.ts';
import type { TopicSettings } from '../settings/topics.ts';

/** The error for an option of the command line that is not `name=value`. */
export class InvalidOptionError extends Error {
  override readonly name = 'InvalidOptionError';
}

/** The settings that decide what the deployment needs. */
export type Options = Pick<Settings, 'keyEvents' | 'triggers'> &
  Partial<Pick<Settings, 'securityHubFindings'>> &
  TopicSettings;

const split = (text: string): readonly [string, string] => {
  const end = text.indexOf('=');
  if (end > 0) return [text.slice(0, end), text.slice(end + 1)];
  throw new InvalidOptionError(
    `a setting must be name=value, as in -c triggers=schedule, got ${JSON.stringify(text)}`,
  );
};

/**
 * Splits `name=value` texts as `cdk deploy -c` does. If a name occurs twice, the last value applies.
 *
 * @throws {InvalidOptionError} names the first text that is not `name=value`
 */
export const splitOptions = (texts: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(texts.map(split));

const CDK_JSON = new URL('../../cdk.json', import.meta.url);
const CdkJson = v.object({ context: v.record(v.string(), v.unknown()) });

/**
 * Reads the settings as `cdk deploy` does: the context of cdk.json, overridden by the texts of `-c`.
 *
 * @throws {InvalidOptionError} if a text is not `name=value`
 * @throws {InvalidParameterError} names the first renamed or unknown setting, every value that is not allowed, or every
 * contradiction
 */
export const readOptions = (texts: readonly string[]): Settings => {
  const given = splitOptions(texts);
  const { context } = v.parse(CdkJson, JSON.parse(readFileSync(CDK_JSON, 'utf8')));
  return readSettings({ ...context, ...given });
};
