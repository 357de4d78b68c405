import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { parseSettings, type Settings } from '../settings/settings.ts';

/** A text that sets nothing. */
export class InvalidOptionError extends Error {
  override readonly name = 'InvalidOptionError';
}

/** What the deployment to come wants of the account: the settings that decide what it needs. */
export type Options = Pick<Settings, 'keyEvents' | 'triggers'> &
  Partial<Pick<Settings, 'securityHubFindings'>>;

const split = (text: string): readonly [string, string] => {
  const end = text.indexOf('=');
  if (end > 0) return [text.slice(0, end), text.slice(end + 1)];
  throw new InvalidOptionError(
    `a setting must be name=value, as in -c triggers=schedule, got ${JSON.stringify(text)}`,
  );
};

/**
 * Splits `name=value` texts, as `cdk deploy -c` does; of one name the last counts.
 *
 * @throws {InvalidOptionError} names the first that is none
 */
export const splitOptions = (texts: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(texts.map(split));

const CDK_JSON = new URL('../../cdk.json', import.meta.url);
const CdkJson = v.object({ context: v.record(v.string(), v.unknown()) });

/**
 * Reads the settings as `cdk deploy` would: the context of cdk.json, and over it the texts of `-c`.
 *
 * @throws {InvalidOptionError} when a text is not `name=value`
 * @throws {InvalidSettingError} when a setting is unknown or has a value that is not allowed
 * @throws {InvalidParameterError} when a rule parameter is not within its bounds
 */
export const readOptions = (texts: readonly string[]): Options => {
  const given = splitOptions(texts);
  const { context } = v.parse(CdkJson, JSON.parse(readFileSync(CDK_JSON, 'utf8')));
  return parseSettings({ ...context, ...given });
};
