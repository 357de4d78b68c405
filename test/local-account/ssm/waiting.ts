import type { Wait } from '../clock.ts';

/** What an approver decided; `Approver` is an ARN. */
export type Decision = {
  readonly Approver: string;
  readonly Decision: 'Approve' | 'Reject';
  /** ISO 8601. */
  readonly ApprovalDecisionTime: string;
  readonly Comment?: string | undefined;
};

/** Who is asked, and how many of them must approve. */
type Asked = { readonly Approvers: readonly string[]; readonly MinRequiredApprovals: number };

/** One question to approvers: enough of them approve, or one rejects. */
export const createApproval = ({ Approvers, MinRequiredApprovals }: Asked) => {
  const decisions = new Map<string, Decision>();
  const decided = new AbortController();
  const listeners: (() => void)[] = [];

  const status = () => {
    const made = Array.from(decisions.values(), ({ Decision }) => Decision);
    if (made.includes('Reject')) return 'Rejected';
    return made.length >= MinRequiredApprovals ? 'Approved' : 'Waiting';
  };

  return {
    /** Aborts when nobody else needs to decide. */
    decided: decided.signal,
    /** Whether one of the names or ARNs of a caller is among the approvers. */
    isAskedOf: (names: readonly string[]) => names.some((name) => Approvers.includes(name)),
    /** Takes a decision; another one of the same approver replaces it. */
    decide: (decision: Decision) => {
      decisions.set(decision.Approver, decision);
      for (const tell of listeners) tell();
      if (status() !== 'Waiting') decided.abort();
    },
    onDecision: (listener: () => void) => void listeners.push(listener),
    /** What the step shows, also while it waits. */
    outputs: () => ({ ApprovalStatus: status(), ApproverDecisions: [...decisions.values()] }),
  };
};

export type Approval = ReturnType<typeof createApproval>;

/** The rest of one execution: it sleeps or waits for an approval, and only the clock or a signal ends that. */
export const createRest = (wait: Wait, closed: AbortSignal) => {
  let [isResting, approval] = [false, undefined as Approval | undefined];
  const listeners: (() => void)[] = [];

  return {
    isResting: () => isResting,
    /** The approval that the execution waits for. */
    approval: () => approval,
    /** Resolves when the execution rests. */
    begun: (): Promise<void> =>
      isResting ? Promise.resolve() : new Promise((resolve) => void listeners.push(resolve)),
    /** Rests for so many milliseconds of the account's time, or until the approval is decided. */
    rest: async (milliseconds: number, awaited?: Approval): Promise<void> => {
      if (milliseconds === 0) return;
      [isResting, approval] = [true, awaited];
      for (const tell of listeners.splice(0)) tell();
      const decided = awaited?.decided ?? closed;
      try {
        await wait(milliseconds, AbortSignal.any([closed, decided]));
      } catch (error) {
        if (closed.aborted || !decided.aborted) throw error;
      } finally {
        [isResting, approval] = [false, undefined];
      }
    },
  };
};

export type Rest = ReturnType<typeof createRest>;
