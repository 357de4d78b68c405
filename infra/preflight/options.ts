import * as v from 'valibot';

/** An option that preflight does not know. */
export class InvalidOptionError extends Error {
  override readonly name = 'InvalidOptionError';
}

const asBoolean = v.pipe(
  v.picklist(['true', 'false']),
  v.transform((text) => text === 'true'),
);

/** The settings of the deployment to come that decide what it needs. */
const Options = v.strictObject({
  keyEvents: v.optional(asBoolean, 'true'),
  triggers: v.optional(v.picklist(['hybrid', 'schedule']), 'hybrid'),
});

/**
 * What the deployment to come wants of the account.
 *
 * `keyEvents`  a key event evaluates the rule within minutes
 * `triggers`   `hybrid`: a change of a user evaluates it too; `schedule`: the schedule only
 */
export type Options = v.InferOutput<typeof Options>;

/**
 * Reads `name=value` texts, as `cdk deploy -c` takes the same settings.
 *
 * @throws {InvalidOptionError} names the first that is unknown or has another value
 */
export const parseOptions = (texts: readonly string[]): Options => {
  const given = texts.map((text) => {
    const [name, ...value] = text.split('=');
    return [name, value.join('=')];
  });
  const parsed = v.safeParse(Options, Object.fromEntries(given));
  if (parsed.success) return parsed.output;
  const name = v.getDotPath(parsed.issues[0]);
  const got = texts.find((text) => text.split('=')[0] === name);
  throw new InvalidOptionError(
    `expected keyEvents=true, keyEvents=false, triggers=hybrid or triggers=schedule, got ${JSON.stringify(got)}`,
  );
};
