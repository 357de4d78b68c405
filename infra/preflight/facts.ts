import type { InferOutput } from 'valibot';
import type {
  ConfigurationRecorder,
  ConfigurationRecorderStatus,
  EventSelectors,
  Identity,
  Trail,
} from './answers.ts';
import type { Reading } from './finding.ts';

/** The configuration recorders of the Region, services' own included, and which of them are recording. */
export type RecorderFacts = {
  readonly recorders: Reading<readonly InferOutput<typeof ConfigurationRecorder>[]>;
  readonly statuses: Reading<readonly InferOutput<typeof ConfigurationRecorderStatus>[]>;
};

/** A trail that is seen from the Region. */
export type TrailFacts = {
  readonly trail: InferOutput<typeof Trail>;
  readonly isLogging: Reading<boolean>;
  readonly selectors: Reading<InferOutput<typeof EventSelectors>>;
};

/** Everything that was read of an account and Region; nothing is decided yet. */
export type AccountFacts = RecorderFacts & {
  readonly region: string;
  readonly identity: Reading<InferOutput<typeof Identity>>;
  readonly trails: Reading<readonly TrailFacts[]>;
  /** How many there are in the account. */
  readonly users: Reading<number>;
  readonly isSecurityHubOn: Reading<boolean>;
};

/** The partition of an ARN, `aws` or another. */
export const partitionOf = (arn: string): string => arn.split(':')[1] ?? '';
