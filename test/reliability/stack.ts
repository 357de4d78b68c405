import type { SynthesizedStack } from '../local-account/deploy/assets.ts';
import { synthesize } from '../local-account/deploy/synthesize.ts';
import { EXEMPTION_TAG } from './invariants.ts';

let stack: SynthesizedStack | undefined;

/** Synthesizes the stack of the matrix once per process, with Security Hub and an exemption tag. */
export const synthesizeReliable = (): SynthesizedStack => {
  process.env['CDK_VALIDATION'] = 'false';
  stack ??= synthesize({
    ...{ dashboard: false, securityHubFindings: true, exemptionTagKey: EXEMPTION_TAG },
  });
  return stack;
};
