import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { splitSettings } from '../command-line.ts';
import { readSettings } from '../settings/read-settings.ts';
import type { Settings } from '../settings/settings.ts';
import type { TopicSettings } from '../settings/topics.ts';

/** The settings that decide what the deployment needs. */
export type Options = Pick<Settings, 'keyEvents' | 'triggers'> &
  Partial<Pick<Settings, 'securityHubFindings'>> &
  TopicSettings;

const CDK_JSON = new URL('../../cdk.json', import.meta.url);
const CdkJson = v.object({ context: v.record(v.string(), v.unknown()) });

/**
 * Reads the settings as `cdk deploy` does: the context of cdk.json, overridden by the texts of `-c`.
 *
 * @throws {UsageError} if a text is not `name=value`
 * @throws {InvalidParameterError} names the first renamed or unknown setting, every value that is not allowed, or every
 * contradiction
 */
export const readOptions = (texts: readonly string[]): Settings => {
  const given = splitSettings(texts);
  const { context } = v.parse(CdkJson, JSON.parse(readFileSync(CDK_JSON, 'utf8')));
  return readSettings({ ...context, ...given });
};
