import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App, BootstraplessSynthesizer, Stack } from 'aws-cdk-lib';
import cdk from '../../cdk.json' with { type: 'json' };
import { INLINE_CODE, inlineNotice } from '../functions/bundle.ts';
import { REMEDIATION_IS_OFFERED } from '../runbooks/remediation.ts';
import { SETTING_GROUPS, type Settings } from '../settings/settings.ts';
import { DESCRIPTION, fillStack, STACK_NAME } from '../stack.ts';
import type { Selection } from './choice.ts';
import { mergeTemplates, type Sections } from './merge.ts';
import { parameterNameOf, TEMPLATE_PARAMETERS } from './parameters.ts';
import { PARAMETER_RULES } from './rules.ts';

const settingsOf = (selection: Selection): Settings =>
  Object.fromEntries(
    TEMPLATE_PARAMETERS.map(({ setting, name, values }) => [setting, values[selection[name] ?? 0]]),
  ) as Settings;

/** Synthesizes the stack with the code of the functions inline. */
const synthesize = (settings: Settings, outdir: string): Sections => {
  const context = { ...cdk.context, [INLINE_CODE]: true };
  // Without autoSynth, each app would stay in memory until the process exits. The validation does not know the
  // parameters, which the merged template declares.
  const off = { autoSynth: false, builtinCloudFormationValidation: false };
  const app = new App({ outdir, context, ...off });
  const stack = new Stack(app, STACK_NAME, { synthesizer: new BootstraplessSynthesizer() });
  fillStack(stack, settings);
  return app.synth().getStackByName(stack.stackName).template;
};

/** Synthesizes each selection only once, because the merge reads it often. */
const createRead = (outdir: string): ((selection: Selection) => Sections) => {
  const templates = new Map<string, Sections>();
  return (selection) => {
    const key = TEMPLATE_PARAMETERS.map(({ name }) => selection[name] ?? 0).join();
    const template = templates.get(key) ?? synthesize(settingsOf(selection), outdir);
    templates.set(key, template);
    return template;
  };
};

const mergeSelections = () => {
  const choices = TEMPLATE_PARAMETERS.flatMap(({ choice }) => choice ?? []);
  const outdir = mkdtempSync(path.join(tmpdir(), 'template-'));
  try {
    return mergeTemplates(createRead(outdir), choices);
  } finally {
    rmSync(outdir, { recursive: true });
  }
};

/**
 * Creates the stack as one standalone CloudFormation template. The settings are its parameters, and it contains the code
 * of the functions with the license notices of the packages in that code. This takes some seconds, because every
 * alternative of a setting needs a synthesis.
 */
export const createTemplate = () => {
  const { Conditions, Rules, Resources, Outputs } = mergeSelections();
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: DESCRIPTION,
    Metadata: {
      'AWS::CloudFormation::Interface': {
        ParameterGroups: SETTING_GROUPS.map(({ label, settings }) => ({
          Label: { default: label },
          Parameters: Object.keys(settings).map(parameterNameOf),
        })),
      },
      Notice: inlineNotice(),
    },
    Parameters: Object.fromEntries(
      TEMPLATE_PARAMETERS.map(({ name, declaration }) => [name, declaration]),
    ),
    Rules: { ...PARAMETER_RULES, ...Rules },
    Conditions,
    Resources,
    Outputs,
  };
};

type Entries = Readonly<Record<string, unknown>>;

const withoutConditional = (entries: Entries): Entries =>
  Object.fromEntries(
    Object.entries(entries).filter(
      ([, entry]) => Object(entry).Condition !== REMEDIATION_IS_OFFERED,
    ),
  );

/**
 * Returns the template without the remediations, for Regions in which CloudFormation lacks their resource type. A StackSet
 * refuses the type even under a false condition.
 *
 * @see https://github.com/aws/aws-cdk/issues/25634
 */
export const withoutRemediation = (template: ReturnType<typeof createTemplate>) => {
  const { [REMEDIATION_IS_OFFERED]: _, ...Conditions } = template.Conditions;
  return {
    ...template,
    Conditions,
    Resources: withoutConditional(template.Resources),
    Outputs: withoutConditional(template.Outputs ?? {}),
  };
};
