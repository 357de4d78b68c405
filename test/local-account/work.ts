/** What the account does without anybody waiting for it: deliveries, batches, automatic remediation. */
export const createWork = (whose: string) => {
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];

  return {
    /** Runs `work` behind the caller's back; `ended` tells of its failure. */
    begin: (work: () => Promise<void>) => {
      const promise = work()
        .catch((error: unknown) => void failures.push(error))
        .finally(() => underWay.delete(promise));
      underWay.add(promise);
    },
    isUnderWay: () => underWay.size > 0,
    /** Resolves when nothing is under way; throws what failed since the last call. */
    ended: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
      const failed = failures.splice(0);
      if (failed.length > 0)
        throw new AggregateError(failed, `work of ${whose} failed: ${failed.join('; ')}`);
    },
  };
};

export type Work = ReturnType<typeof createWork>;
