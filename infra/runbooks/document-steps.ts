/** A step of an Automation document as it is written; `onlyWith` is ours, and gone once steps are left out. */
type Step = { readonly name: string; readonly onlyWith?: unknown } & Readonly<
  Record<string, unknown>
>;

/** The content of an SSM Automation document. */
export type AutomationDocument = { readonly mainSteps: readonly Step[] } & Readonly<
  Record<string, unknown>
>;

/** Whether each option is taken, by the name that a step's `onlyWith` has. */
export type Options = Readonly<Record<string, boolean>>;

/** A member that names a step: where it goes on. */
const NAMES_STEP = new Set(['nextStep', 'NextStep', 'Default']);

const isTaken = ({ name, onlyWith }: Step, options: Options): boolean => {
  if (onlyWith === undefined) return true;
  const taken = options[String(onlyWith)];
  if (taken !== undefined) return taken;
  const known = Object.keys(options).join(', ') || 'none';
  throw new Error(`${name}: unknown option ${JSON.stringify(onlyWith)}, expected ${known}`);
};

/** The step that is there in the place of each one: itself, or where it is left out the next in the file that stays. */
const substitutesOf = (
  steps: readonly Step[],
  stays: (step: Step) => boolean,
): ReadonlyMap<string, string> =>
  new Map(
    steps.map((step, index) => {
      const next = steps.slice(index).find(stays);
      if (next === undefined)
        throw new Error(`${step.name}: a step that may be left out needs one that follows it`);
      return [step.name, next.name];
    }),
  );

/** Leads every reference to a step that is left out to the one in its place. */
const lead = (value: unknown, substitutes: ReadonlyMap<string, string>): unknown => {
  const leadMember = ([name, member]: [string, unknown]): [string, unknown] => {
    if (typeof member !== 'string') return [name, lead(member, substitutes)];
    if (NAMES_STEP.has(name)) return [name, substitutes.get(member) ?? member];
    const failed = name === 'onFailure' ? /^step:(.*)$/.exec(member)?.[1] : undefined;
    // Stryker disable next-line ConditionalExpression: nothing stands in the place of no step; only the types need that said.
    const substitute = failed === undefined ? undefined : substitutes.get(failed);
    return [name, substitute === undefined ? member : `step:${substitute}`];
  };
  if (Array.isArray(value)) return value.map((item) => lead(item, substitutes));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(leadMember));
};

/**
 * Leaves out the steps that are `onlyWith` an option that is not taken; what led to one leads to the step that
 * follows it in the file.
 *
 * @throws when a step names an option that is not among them, or none that stays follows it
 */
export const leaveOutSteps = (
  document: AutomationDocument,
  options: Options = {},
): AutomationDocument => {
  const { mainSteps } = document;
  const stays = (step: Step) => isTaken(step, options);
  const substitutes = substitutesOf(mainSteps, stays);
  const steps = mainSteps
    .filter(stays)
    .map(({ onlyWith: _, ...step }) => lead(step, substitutes) as typeof step);
  return { ...document, mainSteps: steps };
};
