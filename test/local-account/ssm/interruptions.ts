/** A failure on demand: the step fails or times out before its action runs, or after it took effect. */
export type Interruption = {
  readonly StepName: string;
  readonly StepStatus: 'Failed' | 'TimedOut';
  readonly when: 'before' | 'after';
};

/** The interruptions to come, by step; each one is for one run of its step. */
export const createInterruptions = () => {
  const byStep = new Map<string, Interruption>();
  return {
    add: (interruption: Interruption) => void byStep.set(interruption.StepName, interruption),
    take: (StepName: string) => {
      const interruption = byStep.get(StepName);
      byStep.delete(StepName);
      return interruption;
    },
  };
};
