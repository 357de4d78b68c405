import * as v from 'valibot';

const EXPECTED =
  'ids of organizational units or of the root with commas between (ou-ab12-cdef3456), or such lists by the name of their wave (canary:ou-…;rest:ou-…,ou-…); a wave has 1 to 50 of them, nothing is in two waves, and the root is there alone';

/** The wave of those that name none. */
const EVERYTHING = 'all';

/** Every text is there once. */
export const isDistinct = (texts: readonly string[]): boolean =>
  new Set(texts).size === texts.length;

/** Every account is below the root: beside it another unit would be twice there, and take its accounts' stack when it is removed. */
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
 * Accounts that get a new version together.
 *
 * `name`  a letter, then up to 30 letters, digits and `-`
 * `organizationalUnits`  1 to 50 ids, the most that an operation of StackSets takes
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

const ofText = (text: string): unknown =>
  text.split(';').map((wave) => {
    const end = wave.indexOf(':');
    const name = end < 0 ? EVERYTHING : wave.slice(0, end);
    return { name, organizationalUnits: wave.slice(end + 1).split(',') };
  });

const wavesIn = (given: unknown): unknown => {
  if (typeof given === 'string') return ofText(given);
  if (Array.isArray(given)) return [{ name: EVERYTHING, organizationalUnits: given }];
  return Object.entries(Object(given)).map(([name, ids]) => ({ name, organizationalUnits: ids }));
};

/** The organizational units in waves: a text, as the command line gives it; a list; or lists by the name of their wave. */
export const organizationalUnits = v.optional(
  v.pipe(
    v.unknown(),
    v.check((given) => v.is(Waves, wavesIn(given)), EXPECTED),
    v.transform((given): readonly Wave[] => v.parse(Waves, wavesIn(given))),
  ),
  // Not optional at all: nothing is no list.
  // Stryker disable next-line StringLiteral: nor is any other text without an id.
  '',
);
