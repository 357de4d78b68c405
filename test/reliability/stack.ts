import type { SynthesizedStack } from '../local-account/deploy/assets.ts';
import { synthesize } from '../local-account/deploy/synthesize.ts';
import { EXEMPTION_TAG } from './invariants.ts';

let stack: SynthesizedStack | undefined;

/** The stack whose ways are run, with Security Hub and a tag that exempts; synthesized once a process. */
export const synthesizeReliable = (): SynthesizedStack => {
  process.env['CDK_VALIDATION'] = 'false';
  stack ??= synthesize({
    ...{ dashboard: false, securityHubFindings: true, exemptionTagKey: EXEMPTION_TAG },
  });
  return stack;
};
