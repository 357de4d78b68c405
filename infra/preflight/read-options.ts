import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { parseSettings } from '../settings/settings.ts';
import { type Options, splitOptions } from './options.ts';

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
