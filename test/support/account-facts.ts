import type { InferOutput } from 'valibot';
import type { ConfigurationRecorder } from '../../infra/preflight/answers.ts';
import type { AccountFacts, TrailFacts } from '../../infra/preflight/read-account.ts';

type Recorder = InferOutput<typeof ConfigurationRecorder>;

export const USER = 'AWS::IAM::User';

/** A recording group of DescribeConfigurationRecorders, with overrides. */
export const recordingGroup = (
  overrides: Partial<Recorder['recordingGroup']> = {},
): Recorder['recordingGroup'] => ({
  allSupported: false,
  includeGlobalResourceTypes: false,
  resourceTypes: [],
  ...overrides,
});

/** A recorder of all types, including global types, with overrides. */
export const recorder = (overrides: Partial<Recorder> = {}): Recorder => ({
  name: 'default',
  roleARN: 'arn:aws:iam::123456789012:role/config',
  recordingGroup: recordingGroup({ allSupported: true, includeGlobalResourceTypes: true }),
  ...overrides,
});

/** A multi-Region trail that logs all management events, with overrides. */
export const trailFacts = (
  trail: Partial<TrailFacts['trail']> = {},
  overrides: Partial<Omit<TrailFacts, 'trail'>> = {},
): TrailFacts => ({
  trail: {
    Name: 'all',
    TrailARN: 'arn:aws:cloudtrail:us-east-1:123456789012:trail/all',
    HomeRegion: 'us-east-1',
    IncludeGlobalServiceEvents: true,
    IsMultiRegionTrail: true,
    ...trail,
  },
  isLogging: { facts: true },
  selectors: { facts: {} },
  ...overrides,
});

/** The state of a complete account, with overrides. */
export const accountFacts = (overrides: Partial<AccountFacts> = {}): AccountFacts => ({
  region: 'us-east-1',
  identity: { facts: { Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/alice' } },
  recorders: { facts: [recorder()] },
  statuses: { facts: [{ name: 'default', recording: true }] },
  trails: { facts: [trailFacts()] },
  users: { facts: 500 },
  isSecurityHubOn: { facts: true },
  ...overrides,
});

/** A read that is denied. */
export const refused = (action: string) => ({ unread: { action, reason: 'AccessDenied: no' } });
