import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';

const READER = fileURLToPath(new URL('read_script.py', import.meta.url));

const Facts = v.union([
  v.strictObject({ error: v.string() }),
  v.strictObject({
    /** The functions at the top, and the names of their arguments. */
    functions: v.record(v.string(), v.array(v.string())),
    undefined: v.array(v.string()),
    texts: v.array(v.string()),
    /** A variable and the member of it that is read. */
    reads: v.array(v.tuple([v.string(), v.union([v.string(), v.number()])])),
    /** Variables whose members are all taken. */
    unpacked: v.array(v.string()),
    /** The service, the operation as boto3 calls it, and its parameters; null for one that is not a constant. */
    calls: v.array(v.tuple([v.string(), v.string(), v.record(v.string(), v.unknown())])),
  }),
]);
/** What Python's own parser says about a script: an error of its syntax, or what stands in it. */
export type ScriptFacts = v.InferOutput<typeof Facts>;

const known = new Map<string, ScriptFacts>();

/**
 * Reads a script with Python's parser; each one once.
 *
 * @param runtime  `python3.11`: the grammar that is allowed
 */
export const readScript = (script: string, runtime: string): ScriptFacts => {
  const key = `${runtime}\n${script}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const minor = /^python3\.(\d+)$/.exec(runtime)?.[1];
  if (minor === undefined) return { error: `not read: ${runtime}` };
  const answer = execFileSync('python3', [READER, minor], { input: script, encoding: 'utf8' });
  const facts = v.parse(Facts, JSON.parse(answer));
  known.set(key, facts);
  return facts;
};
