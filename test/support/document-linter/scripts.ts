import { callProblems, UNKNOWN } from './api-calls.ts';
import type { Step } from './content.ts';
import { isObject, problem } from './problem.ts';
import { readScript } from './read-script.ts';
import type { Scope } from './scope.ts';

/** `update_access_key` is UpdateAccessKey. */
const operationOf = (method: string) =>
  !/^[a-z\d_]+$/.test(method)
    ? method
    : method.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

const valuesOf = (given: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value ?? UNKNOWN]));

/** Whether a script can be run: its syntax, its handler, the members of the payload that it reads, what it answers. */
export const scriptProblems = (step: Step, scope: Scope): readonly string[] => {
  const { name, inputs, outputs } = step;
  const handler = String(inputs['Handler']);
  const payload = Object.keys(isObject(inputs['InputPayload']) ? inputs['InputPayload'] : {});
  const at = (input: string) => `${name}.inputs.${input}`;

  const script = readScript(String(inputs['Script']), String(inputs['Runtime']));
  if ('error' in script) return [problem(at('Script'), 'a Python script', script.error)];
  const { functions, texts } = script;
  const parameters = Object.hasOwn(functions, handler) ? functions[handler] : undefined;
  if (parameters === undefined)
    return [problem(at('Handler'), `a function of the script: ${Object.keys(functions)}`, handler)];

  const [events = '', ...others] = parameters;
  if (others.length !== 1) return [problem(at('Handler'), 'events and context', parameters)];
  const reads = script.reads
    .filter(([variable]) => variable === events)
    .map(([, member]) => String(member));
  const takesAll = script.unpacked.includes(events);
  const answered = new Set([...texts, ...(takesAll ? payload : [])]);
  return [
    ...script.calls.flatMap(([service, method, given]) => {
      const call = { service, api: operationOf(method), given: valuesOf(given) };
      return callProblems({ ...call, where: at('Script') }, scope);
    }),
    // A name that one function has is taken for defined in every other.
    ...script.undefined.map((what) => problem(at('Script'), 'names that are defined', what)),
    ...[...new Set(reads)]
      .filter((member) => !payload.includes(member))
      .map((member) => problem(at('InputPayload'), `${member}, which the script reads`, payload)),
    ...payload
      .filter((member) => !takesAll && !reads.includes(member))
      .map((member) => problem(at('InputPayload'), 'what the script reads', member)),
    ...outputs
      .filter(({ Selector }) => !answered.has(Selector.split('.').at(-1) ?? ''))
      .map((output) =>
        problem(`${name}.outputs.${output.Name}`, 'what the script answers', output.Selector),
      ),
  ];
};
