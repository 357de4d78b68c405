import { describe, expect, it } from 'vitest';
import { leaveOutSteps, type Options } from '../../../infra/runbooks/document.ts';

const branch = (NextStep: string, Default: string) => ({
  name: 'Decide',
  inputs: { Choices: [{ NextStep, And: [{ Variable: 'Ask', StringEquals: 'Ask' }] }], Default },
});
const document = {
  schemaVersion: '0.3',
  mainSteps: [
    branch('Ask', 'AskAgain'),
    { name: 'Ask', onlyWith: 'Approval', nextStep: 'AskAgain' },
    { name: 'AskAgain', onlyWith: 'Approval', nextStep: 'Write' },
    { name: 'Write', onFailure: 'step:AskAgain', nextStep: 'Ask' },
    { name: 'Report', onFailure: 'Abort', isEnd: true },
  ],
};

describe('the steps of an option', () => {
  it('stay where it is taken, without the mark', () => {
    expect(leaveOutSteps(document, { Approval: true })).toEqual({
      schemaVersion: '0.3',
      mainSteps: document.mainSteps.map((step) => {
        const { onlyWith: _, ...rest } = { onlyWith: undefined, ...step };
        return rest;
      }),
    });
  });

  it('are left out where it is not, and what led to one leads to the next that stays', () => {
    expect(leaveOutSteps(document, { Approval: false })).toEqual({
      schemaVersion: '0.3',
      mainSteps: [
        branch('Write', 'Write'),
        { name: 'Write', onFailure: 'step:Write', nextStep: 'Write' },
        { name: 'Report', onFailure: 'Abort', isEnd: true },
      ],
    });
  });

  it('are left as they are where there is no step of the name: the linter tells of it', () => {
    const mainSteps = [{ name: 'Write', nextStep: 'Gone', onFailure: 'step:Gone' }];
    expect(leaveOutSteps({ mainSteps }, {})).toEqual({ mainSteps });
  });

  it.each<[Options | undefined]>([
    [{}],
    [{ Other: true }],
    [{ Other: true, More: false }],
    [undefined],
  ])('need an option that there is, of %j', (options) => {
    expect(() => leaveOutSteps(document, options)).toThrow(
      `Ask: unknown option "Approval", expected ${Object.keys(options ?? {}).join(', ') || 'none'}`,
    );
  });

  it('are not looked for in what only looks like a reference, nor in what is no text', () => {
    const step = {
      name: 'Write',
      onFailure: 'step:Ask\nstep:Ask',
      description: 'step:Ask',
      onCancel: 'another step:Ask',
      inputs: { Value: null, Count: 1 },
    };
    const mainSteps = [{ name: 'Ask', onlyWith: 'Approval' }, step];
    expect(leaveOutSteps({ mainSteps }, { Approval: false })).toEqual({ mainSteps: [step] });
  });

  it('need a step that follows', () => {
    const mainSteps = [{ name: 'Ask', onlyWith: 'Approval' }];
    expect(() => leaveOutSteps({ mainSteps }, { Approval: false })).toThrow(
      'Ask: a step that may be left out needs one that follows it',
    );
  });
});
