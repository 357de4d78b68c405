import type { AccountState, TrailState } from '../../infra/preflight/account-state.ts';
import type { Recorder } from '../../infra/preflight/responses.ts';

/** A recording group that records nothing, with overrides. */
export const recordingGroup = (
  overrides: Partial<Recorder['recordingGroup']> = {},
): Recorder['recordingGroup'] => ({
  allSupported: false,
  includeGlobalResourceTypes: false,
  resourceTypes: [],
  ...overrides,
});

/** A recorder of everything, including global types, with overrides. */
export const recorder = (overrides: Partial<Recorder> = {}): Recorder => ({
  name: 'default',
  roleARN: 'arn:aws:iam::123456789012:role/config',
  recordingGroup: recordingGroup({ allSupported: true, includeGlobalResourceTypes: true }),
  ...overrides,
});

/** A multi-Region trail that logs all management events, with overrides. */
export const trailState = (
  trail: Partial<TrailState['trail']> = {},
  overrides: Partial<Omit<TrailState, 'trail'>> = {},
): TrailState => ({
  trail: {
    Name: 'all',
    TrailARN: 'arn:aws:cloudtrail:us-east-1:123456789012:trail/all',
    HomeRegion: 'us-east-1',
    IncludeGlobalServiceEvents: true,
    IsMultiRegionTrail: true,
    ...trail,
  },
  isLogging: { value: true },
  selectors: { value: {} },
  ...overrides,
});

/** The identity of a user in a partition. */
export const identityIn = (partition: string) => ({
  value: { Account: '123456789012', Arn: `arn:${partition}:iam::123456789012:user/alice` },
});

/** An account that lacks nothing, with overrides. */
export const accountState = (overrides: Partial<AccountState> = {}): AccountState => ({
  region: 'us-east-1',
  identity: identityIn('aws'),
  recorders: { value: [recorder()] },
  statuses: { value: [{ name: 'default', recording: true }] },
  trails: { value: [trailState()] },
  users: { value: 500 },
  isSecurityHubOn: { value: true },
  topics: [],
  ...overrides,
});

/** A read that was refused. */
export const refused = (action: string) => ({ unread: { action, reason: 'AccessDenied: no' } });
