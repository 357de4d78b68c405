import { ServiceError } from '../call.ts';
import { logsManagementEvents, parseEventSelectors } from './selectors.ts';
import { type LocalTrail, type TrailsDeps, usualTrail } from './trail.ts';
import { trailOperations } from './trail-operations.ts';

/** The trails that reach an account and Region, by what a request calls them. */
const createKnownTrails = ({ accountId, region }: TrailsDeps) => {
  const state: { all: readonly LocalTrail[] } = { all: [usualTrail({ accountId, region })] };

  const isOwn = ({ TrailARN }: LocalTrail) => TrailARN.split(':')[4] === accountId;
  const isShadow = (trail: LocalTrail) => trail.HomeRegion !== region || !isOwn(trail);
  const isNamed = (trail: LocalTrail, nameOrArn: string) =>
    trail.TrailARN === nameOrArn || (trail.Name === nameOrArn && !isShadow(trail));
  const here = () =>
    state.all.filter((trail) => trail.IsMultiRegionTrail || trail.HomeRegion === region);
  const unknown = (nameOrArn: string) => {
    const message = `Unknown trail: ${nameOrArn} for the user: ${accountId}`;
    return new ServiceError('TrailNotFoundException', message);
  };
  const named = (nameOrArn: string) => {
    const trail = here().find((candidate) => isNamed(candidate, nameOrArn));
    if (trail === undefined) throw unknown(nameOrArn);
    return trail;
  };

  return { state, here, isOwn, isShadow, isNamed, named, unknown };
};

export type KnownTrails = ReturnType<typeof createKnownTrails>;

/** The trails of an account and Region. */
export const createTrails = (deps: TrailsDeps) => {
  const trails = createKnownTrails(deps);

  return {
    /** The trail that the account begins with, for a test that changes some of it. */
    usual: usualTrail(deps),
    /** Takes other trails for those that are there. */
    put: (all: readonly LocalTrail[]) => {
      for (const trail of all) parseEventSelectors(trail);
      trails.state.all = all;
    },
    /** A trail logs the write events of IAM in this account and Region. */
    isLogging: (): boolean =>
      trails
        .here()
        .some(
          (trail) =>
            trail.isLogging && trail.IncludeGlobalServiceEvents && logsManagementEvents(trail),
        ),
    operations: trailOperations(trails),
  };
};
