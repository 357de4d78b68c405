import * as v from 'valibot';

const EXPECTED =
  'a comma-separated list of ids of organizational units or the id of the root (ou-ab12-cdef3456), or one such list per wave (canary:ou-…;rest:ou-…,ou-…); with 1 to 50 ids per wave, no id in two waves, and the root only on its own';

/** The name of the only wave if none is given. */
const ONLY_WAVE = 'all';

/** Checks whether no text occurs twice. */
export const isDistinct = (texts: readonly string[]): boolean =>
  new Set(texts).size === texts.length;

/** The root includes every account. Removing another unit beside it would remove the stack of its accounts. */
const isRoot = (id: string): boolean => id.startsWith('r-');

const Wave = v.object({
  name: v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9-]{0,30}$/)),
  organizationalUnits: v.pipe(
    v.array(v.pipe(v.string(), v.regex(/^(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})$/))),
    v.minLength(1),
    v.maxLength(50),
  ),
});

/**
 * Organizational units whose accounts get a new version at the same time.
 *
 * `name`  a letter, then up to 30 letters, digits and `-`
 * `organizationalUnits`  1 to 50 ids, the maximum of a StackSets operation
 */
export type Wave = v.InferOutput<typeof Wave>;

const Waves = v.pipe(
  v.array(Wave),
  v.minLength(1),
  v.check((waves) => isDistinct(waves.map(({ name }) => name))),
  v.check((waves) => isDistinct(waves.flatMap((wave) => wave.organizationalUnits))),
  v.check((waves) => {
    const ids = waves.flatMap((wave) => wave.organizationalUnits);
    return ids.length === 1 || !ids.some(isRoot);
  }),
);

const parseText = (text: string): unknown =>
  text.split(';').map((wave) => {
    const end = wave.indexOf(':');
    const name = end < 0 ? ONLY_WAVE : wave.slice(0, end);
    return { name, organizationalUnits: wave.slice(end + 1).split(',') };
  });

const wavesIn = (given: unknown): unknown => {
  if (typeof given === 'string') return parseText(given);
  if (Array.isArray(given)) return [{ name: ONLY_WAVE, organizationalUnits: given }];
  return Object.entries(Object(given)).map(([name, ids]) => ({ name, organizationalUnits: ids }));
};

/** Parses the waves of organizational units: a text, a list of ids, or lists of ids by the name of their wave. */
export const organizationalUnits = v.optional(
  v.pipe(
    v.unknown(),
    v.check((given) => v.is(Waves, wavesIn(given)), EXPECTED),
    v.transform((given): readonly Wave[] => v.parse(Waves, wavesIn(given))),
  ),
  // The default is invalid, because the setting is required.
  // Stryker disable next-line StringLiteral: every text without an id is invalid.
  '',
);
