import * as v from 'valibot';

const Outputs = v.object({
  ConfigRuleName: v.string(),
  InactiveConfigRuleName: v.string(),
  DeactivationRunbookName: v.string(),
  DeactivationRoleArn: v.string(),
  ReactivationRunbookName: v.string(),
  ReactivationRoleArn: v.string(),
});

/** The outputs of the deployed stack that the demo goes by. */
export type Outputs = v.InferOutput<typeof Outputs>;

/** Reads them; throws where one is missing. */
export const readOutputs = (outputs: unknown): Outputs => v.parse(Outputs, outputs);
