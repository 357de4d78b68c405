import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App, BootstraplessSynthesizer, Stack } from 'aws-cdk-lib';
import cdk from '../../cdk.json' with { type: 'json' };
import { INLINE_CODE } from '../functions/bundle.ts';
import type { Settings } from '../settings/settings.ts';
import { DESCRIPTION, fillStack } from '../stack.ts';
import type { Choice, Ways } from './choice.ts';
import { GROUPS } from './console.ts';
import { mergeTemplates, type Sections } from './merge.ts';
import { parameterNameOf, SETTING_PARAMETERS } from './parameters.ts';
import { PARAMETER_RULES } from './rules.ts';

const parameters = Object.entries(SETTING_PARAMETERS).map(([setting, parameter]) => ({
  setting,
  name: parameterNameOf(setting),
  ...parameter,
}));

const settingsOf = (ways: Ways): Settings =>
  Object.fromEntries(
    parameters.map(({ setting, name, valuesOf }) => [setting, valuesOf(name)[ways[name] ?? 0]]),
  ) as Settings;

/** The template of the stack with its code inline. */
const synthesize = (settings: Settings, outdir: string): Sections => {
  const context = { ...cdk.context, [INLINE_CODE]: true };
  // It is synthesized here, once: the CDK CLI would have each app wait for the end of the process to do it. And the
  // parameters come in when the ways are merged, so that its validation would not know them.
  const off = { autoSynth: false, builtinCloudFormationValidation: false };
  const app = new App({ outdir, context, ...off });
  const synthesizer = new BootstraplessSynthesizer();
  const stack = new Stack(app, 'IamUserSingleAccessKey', { synthesizer });
  fillStack(stack, settings);
  return app.synth().getStackByName(stack.stackName).template;
};

/** Synthesizes each way once: the merge asks for few of them, and often. */
const createRead = (outdir: string): ((ways: Ways) => Sections) => {
  const templates = new Map<string, Sections>();
  return (ways) => {
    const key = parameters.map(({ name }) => ways[name] ?? 0).join();
    const template = templates.get(key) ?? synthesize(settingsOf(ways), outdir);
    templates.set(key, template);
    return template;
  };
};

const mergeWays = (choices: readonly Choice[]) => {
  const outdir = mkdtempSync(path.join(tmpdir(), 'template-'));
  try {
    return mergeTemplates(createRead(outdir), choices);
  } finally {
    rmSync(outdir, { recursive: true });
  }
};

const declarations = (): Record<string, Readonly<Record<string, unknown>>> => {
  const described = GROUPS.flatMap(({ descriptions }) => Object.entries(descriptions));
  const Descriptions = new Map<string, string>(described);
  return Object.fromEntries(
    parameters.map(({ setting, name, declaration }) => [
      name,
      { Description: Descriptions.get(setting), ...declaration },
    ]),
  );
};

const consoleGroups = () => ({
  ParameterGroups: GROUPS.map(({ label, descriptions }) => ({
    Label: { default: label },
    Parameters: Object.keys(descriptions).map(parameterNameOf),
  })),
});

/**
 * The stack as one CloudFormation template that stands alone: what CDK context sets are its Parameters, and the code
 * of the functions is in it. It takes some seconds, since each way that the settings may go is synthesized.
 */
export const createTemplate = () => {
  const choices = parameters.flatMap(({ name, choiceOf }) => choiceOf?.(name) ?? []);
  const { Conditions, Rules, Resources, Outputs } = mergeWays(choices);
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: DESCRIPTION,
    Metadata: { 'AWS::CloudFormation::Interface': consoleGroups() },
    Parameters: declarations(),
    Rules: { ...PARAMETER_RULES, ...Rules },
    Conditions,
    Resources,
    Outputs,
  };
};
