import { type Call, ServiceError } from './call.ts';

/** A call to fail: the `nth` (from 1) matching call, or with `always` every one from there on. */
type Fault = {
  readonly service: Call['service'];
  readonly operation: string;
  readonly nth?: number;
  readonly always?: boolean;
  readonly error: ServiceError;
};

/** A token bucket over one service: `perSecond` calls sustained, `burst` at once. */
type Throttle = {
  readonly service: Call['service'];
  readonly perSecond: number;
  readonly burst: number;
};

const createBucket = ({ perSecond, burst }: Throttle) => {
  let tokens = burst;
  let filledAt = performance.now();
  return () => {
    const now = performance.now();
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
};

/** Failures on demand: throttled services, the k-th call refused, and a fixed answer time. */
export const createFaults = () => {
  const faults: { fault: Fault; seen: number }[] = [];
  const buckets = new Map<Call['service'], () => boolean>();
  let latencyMilliseconds = 0;

  return {
    fail: (fault: Fault) => void faults.push({ fault, seen: 0 }),
    throttle: (throttle: Throttle) => void buckets.set(throttle.service, createBucket(throttle)),
    delay: (milliseconds: number) => {
      latencyMilliseconds = milliseconds;
    },
    clear: () => {
      faults.length = 0;
      buckets.clear();
      latencyMilliseconds = 0;
    },
    apply: async (call: Call) => {
      if (latencyMilliseconds > 0)
        await new Promise((resolve) => setTimeout(resolve, latencyMilliseconds));
      if (buckets.get(call.service)?.() === false) {
        const code = call.service === 'iam' ? 'Throttling' : 'ThrottlingException';
        throw new ServiceError(code, 'Rate exceeded');
      }
      for (const entry of faults) {
        if (entry.fault.service !== call.service || entry.fault.operation !== call.operation)
          continue;
        entry.seen += 1;
        const nth = entry.fault.nth ?? 1;
        if (entry.seen === nth || (entry.fault.always === true && entry.seen > nth))
          throw entry.fault.error;
      }
    },
  };
};

export type Faults = ReturnType<typeof createFaults>;
