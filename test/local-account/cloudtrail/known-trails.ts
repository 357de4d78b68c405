import { ServiceError } from '../call.ts';
import { type LocalTrail, type TrailsDeps, usualTrail } from './trail.ts';

/** The trails that reach an account and Region, by what a request calls them. */
export const createKnownTrails = ({ accountId, region }: TrailsDeps) => {
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

/** The trails, and which of them a request means. */
export type KnownTrails = ReturnType<typeof createKnownTrails>;
