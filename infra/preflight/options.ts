import type { Settings } from '../settings/settings.ts';

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
