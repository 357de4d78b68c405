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
