import { createKnownTrails } from './known-trails.ts';
import { logsManagementEvents, parseEventSelectors } from './selectors.ts';
import { type LocalTrail, type TrailsDeps, usualTrail } from './trail.ts';
import { trailOperations } from './trail-operations.ts';

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
