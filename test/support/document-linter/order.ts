import type { Content } from './content.ts';
import { type Edge, edgesOf } from './graph.ts';

type Succeeded = ReadonlyMap<string, ReadonlySet<string>>;

const isSame = (one: Succeeded, other: Succeeded): boolean =>
  [...one].every(([name, steps]) => other.get(name)?.size === steps.size);

const advance = (before: Succeeded, edges: readonly Edge[], first: string): Succeeded =>
  new Map(
    [...before].map(([name, known]) => {
      if (name === first) return [name, new Set<string>()];
      const ways = edges.filter(({ to }) => to === name);
      const holds = (step: string) =>
        ways.every(
          ({ from, succeeded }) => before.get(from)?.has(step) || (succeeded && from === step),
        );
      return [name, new Set([...known].filter(holds))];
    }),
  );

/**
 * The steps that have succeeded on every way that leads to a step: only their outputs are sure to be there.
 *
 * Of a step that nothing leads to, that is all of them; the graph has its problem already.
 */
export const succeededBefore = ({ mainSteps }: Content): Succeeded => {
  const names = mainSteps.map(({ name }) => name);
  const edges = mainSteps.flatMap(edgesOf);
  let current: Succeeded = new Map(names.map((name) => [name, new Set(names)]));
  for (;;) {
    const next = advance(current, edges, names[0] ?? '');
    if (isSame(current, next)) return current;
    current = next;
  }
};
