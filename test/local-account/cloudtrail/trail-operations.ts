import * as v from 'valibot';
import { operation } from '../dispatch.ts';
import type { KnownTrails } from './known-trails.ts';
import { describeTrail, selectorsOf } from './trail.ts';

/** A name of 3 to 128 characters, or an ARN. */
const TrailName = v.pipe(
  v.string(),
  v.regex(
    /^(arn:[\w-]+:cloudtrail:[\w-]+:\d{12}:trail\/)?(?=.{3,128}$)[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$/,
  ),
);

const Describe = v.strictObject({
  trailNameList: v.optional(v.array(v.string()), []),
  includeShadowTrails: v.optional(v.boolean(), true),
});

/**
 * CloudTrail's operations that read trails.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
 */
export const trailOperations = (trails: KnownTrails) => {
  const DescribeTrails = operation(Describe, ({ trailNameList, includeShadowTrails }) => ({
    trailList: trails
      .here()
      .filter((trail) => includeShadowTrails || !trails.isShadow(trail))
      .filter(
        (t) => trailNameList.length === 0 || trailNameList.some((name) => trails.isNamed(t, name)),
      )
      .map(describeTrail),
  }));
  const GetTrailStatus = operation(
    v.strictObject({ Name: TrailName }),
    ({ Name }) => ({ IsLogging: trails.named(Name).isLogging }),
    'InvalidTrailNameException',
  );
  const GetEventSelectors = operation(
    v.strictObject({ TrailName }),
    (input) => {
      const trail = trails.named(input.TrailName);
      if (trails.isOwn(trail)) return selectorsOf(trail);
      // A member account sees an organization's trail and its status, but not its selectors.
      throw trails.unknown(input.TrailName);
    },
    'InvalidTrailNameException',
  );

  return { DescribeTrails, GetTrailStatus, GetEventSelectors };
};
