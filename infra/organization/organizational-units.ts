import * as v from 'valibot';

/** The allowed values in words. */
export const ORGANIZATIONAL_UNITS =
  'ids of organizational units or of the root, separated by commas (ou-ab12-cdef3456), or such lists with the names of their waves (canary:ou-…;rest:ou-…,ou-…); a wave has 1 to 50 ids, no id is in two waves, and the root, if given, is the only id';

/** The name of the only wave, if the waves have no names. */
const ONLY_WAVE = 'all';

/** Returns whether every text occurs only once. */
export const isDistinct = (texts: readonly string[]): boolean =>
  new Set(texts).size === texts.length;

/** Returns whether an id is that of the root, which contains the accounts of every other unit. */
const isRoot = (id: string): boolean => id.startsWith('r-');

const Wave = v.object({
  name: v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9-]{0,30}$/)),
  organizationalUnits: v.pipe(
    v.array(v.pipe(v.string(), v.regex(/^(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})$/))),
    v.minLength(1),
    v.maxLength(50),
  ),
});

/** Organizational units whose accounts get a new version together: 1 to 50, the maximum of a StackSets operation. */
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

/** The schema of the organizational units in waves: a text, a list, or lists by the name of their wave. */
export const organizationalUnits = v.pipe(v.unknown(), v.transform(wavesIn), Waves);
