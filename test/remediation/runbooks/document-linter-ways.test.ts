import { describe } from 'vitest';
import { edit } from '../../support/document-linter/edit.ts';
import { itAccepts, itFinds } from '../../support/document-linter/hand-made.ts';
import { readRunbook } from '../../support/runbook-document.ts';

const deactivation = readRunbook('deactivate-access-key', ['alice', 'bob']);
const report = deactivation.mainSteps.at(-1);
const withLast = (more: object) => [...deactivation.mainSteps, { ...report, ...more }];

const unreached = (...names: string[]) =>
  names.map((name) => `${name}: expected a way that leads to this step, got nothing`);
const back = (...ways: (readonly [string, string])[]) =>
  ways.map(([where, to]) => `${where}: expected a step that does not lead back here, got "${to}"`);
const noWay = 'either a nextStep or isEnd';

describe('of the ways through a document the linter finds', () =>
  itFinds(deactivation, [
    ['a nextStep to nowhere', 'Notify.nextStep', 'Raport', 'the name of a step'],
    [
      'a failure to nowhere',
      'DecideNotify.onFailure',
      'step:Raport',
      'DecideNotify.onFailure: expected the name of a step, got "Raport"',
      'DecideNotify.onFailure: expected Abort or step:Report, got "step:Raport"',
    ],
    [
      'a cancellation to nowhere',
      'Approve.onCancel',
      'step:Raport',
      'Approve.onCancel: expected the name of a step, got "Raport"',
    ],
    ['a choice to nowhere', 'Decide.inputs.Choices.0.NextStep', 'Raport', 'the name of a step'],
    ['a default to nowhere', 'Decide.inputs.Default', 'Raport', 'the name of a step'],
    [
      'a step that nothing leads to',
      'DecideNotify.inputs.Choices.0.NextStep',
      'Report',
      ...unreached('Notify'),
      'DecideNotify.inputs.Default: expected a step to which not every choice leads, got "Report"',
    ],
    [
      'steps that only each other lead to',
      'Decide.inputs.Choices.1.NextStep',
      'Report',
      ...unreached('Approve', 'PlanAgain', 'ReadPlanAgain', 'DeactivateAccessKey', 'Verify'),
    ],
    [
      'a circle',
      'Notify.nextStep',
      'EvaluateAgain',
      ...back(
        ['EvaluateAgain.nextStep', 'DecideNotify'],
        ['DecideNotify.inputs.Choices.0.NextStep', 'Notify'],
        ['Notify.nextStep', 'EvaluateAgain'],
      ),
    ],
    [
      'a circle over a failure',
      'Verify.onFailure',
      'step:DeactivateAccessKey',
      ...back(
        ['DeactivateAccessKey.nextStep', 'Verify'],
        ['DeactivateAccessKey.onFailure', 'Verify'],
        ['Verify.onFailure', 'DeactivateAccessKey'],
      ),
      'Verify.isCritical: expected false with onFailure step:DeactivateAccessKey, got nothing',
    ],
    ['a circle of one', 'Notify.nextStep', 'Notify', ...back(['Notify.nextStep', 'Notify'])],
    [
      'a circle over a choice',
      'DecideNotify.inputs.Choices.0.NextStep',
      'EvaluateAgain',
      ...back(
        ['EvaluateAgain.nextStep', 'DecideNotify'],
        ['DecideNotify.inputs.Choices.0.NextStep', 'EvaluateAgain'],
      ),
      ...unreached('Notify'),
    ],
    [
      'a step that only falls through',
      'Notify.nextStep',
      undefined,
      `Notify: expected ${noWay}, got {"isEnd":false}`,
    ],
    [
      'an end that is none',
      'Report.isEnd',
      false,
      `Report: expected ${noWay}, got {"isEnd":false}`,
    ],
    [
      'an end that goes on',
      'Notify.isEnd',
      true,
      `Notify: expected ${noWay}, got {"nextStep":"Report","isEnd":true}`,
    ],
    [
      'a branch with a nextStep',
      'Decide.nextStep',
      'Report',
      'Decide: expected no nextStep or isEnd, as it branches, got {"nextStep":"Report","isEnd":false}',
    ],
    [
      'a branch that ends',
      'Decide.isEnd',
      true,
      'Decide: expected no nextStep or isEnd, as it branches, got {"isEnd":true}',
    ],
    [
      'two steps of one name',
      'mainSteps',
      withLast({}),
      'mainSteps: expected unique names of steps, got "Report"',
    ],
    [
      'a step after the end',
      'mainSteps',
      withLast({ name: 'Farewell', outputs: [] }),
      ...unreached('Farewell'),
    ],
    [
      'a write that fails past what reads it back',
      'DeactivateAccessKey.onFailure',
      'step:EvaluateAgain',
      'step:Verify, where success leads',
    ],
    [
      'a write that fails the execution at once',
      'DeactivateAccessKey.onFailure',
      'Abort',
      'step:Verify, where success leads',
      'DeactivateAccessKey.isCritical: expected no isCritical with onFailure Abort, got false',
    ],
    [
      'a branch that fails into a choice',
      'DecideNotify.onFailure',
      'step:Notify',
      'Abort or step:Report',
    ],
    [
      'a failure that goes on, and fails the execution',
      'Notify.isCritical',
      true,
      'false with onFailure Continue',
    ],
    [
      'a failure that goes on, and may fail the execution',
      'EvaluateAgain.isCritical',
      undefined,
      'false with onFailure Continue',
    ],
    [
      'a failure that stops, and would not be critical',
      'Plan.isCritical',
      false,
      'no isCritical with onFailure Abort',
    ],
  ]));

describe('of the ways through a document the linter accepts', () =>
  itAccepts(deactivation, [
    ['a cancellation that leads on', 'Approve.onCancel', 'step:Report'],
    ['a cancellation that stops', 'Approve.onCancel', 'Abort'],
    ['an end that is not said to be none', 'Notify.isEnd', false],
    ['a branch whose failure stops', 'Decide.onFailure', 'Abort'],
    ['ten attempts', 'Plan.maxAttempts', 10],
    ['one attempt', 'Plan.maxAttempts', 1],
    [
      'a second end',
      'mainSteps',
      [
        ...deactivation.mainSteps.map((step) =>
          step.name === 'Notify' ? { ...step, nextStep: 'Farewell' } : step,
        ),
        { ...report, name: 'Farewell', outputs: [] },
      ],
    ],
  ]));

const nobody = 'a reference to what is declared';
const unsure = 'an output that is there on every way';
const told = 'Verify.inputs.InputPayload.UserName';
const unusedRole = 'parameters.AutomationAssumeRole: expected a reference to it, got nothing';

describe('of references the linter finds', () =>
  itFinds(deactivation, [
    ['an undeclared parameter', told, '{{ User }}', `${told}: expected ${nobody}, got "User"`],
    [
      'an undeclared output',
      told,
      '{{ ReadPlan.User }}',
      `${told}: expected ${nobody}, got "ReadPlan.User"`,
    ],
    [
      'an output of no step',
      told,
      '{{ TheirPlan.UserName }}',
      `${told}: expected ${nobody}, got "TheirPlan.UserName"`,
    ],
    [
      'an output of a call that has none',
      told,
      '{{ DeactivateAccessKey.Payload }}',
      `${told}: expected ${nobody}, got "DeactivateAccessKey.Payload"`,
    ],
    [
      'a variable that AWS has not',
      'Notify.inputs.Subject',
      'In {{ global:COUNTRY }}',
      `Notify.inputs.Subject: expected ${nobody}, got "global:COUNTRY"`,
    ],
    [
      'an undeclared output within a text',
      'Notify.inputs.Message',
      'Of {{ ReadPlan.UserName }}, {{ ReadPlan.Nobody }}',
      `Notify.inputs.Message: expected ${nobody}, got "ReadPlan.Nobody"`,
    ],
    [
      'a reference without an end',
      'Notify.inputs.Message',
      'Of {{ ReadPlan.UserName }',
      'Notify.inputs.Message: expected a reference such as {{ step.Output }}, got "{{ ReadPlan.UserName }"',
    ],
    [
      'a reference without a beginning',
      'Notify.inputs.Message',
      'Of ReadPlan.UserName }}',
      'Notify.inputs.Message: expected a reference such as {{ step.Output }}, got "}}"',
    ],
    [
      'a reference to two things',
      'Notify.inputs.Message',
      '{{ UserId or AccessKeyId }}',
      'Notify.inputs.Message: expected a reference such as {{ step.Output }}, got "{{ UserId or AccessKeyId }}"',
    ],
    [
      'an output of a later step',
      'ReadPlan.inputs.InputPayload.Planned',
      '{{ ReadPlanAgain.Payload }}',
      `ReadPlan.inputs.InputPayload.Planned: expected ${unsure}, got "ReadPlanAgain.Payload"`,
    ],
    [
      'an output of the step itself',
      'ReadPlan.inputs.InputPayload.Planned',
      '{{ ReadPlan.Outcome }}',
      `ReadPlan.inputs.InputPayload.Planned: expected ${unsure}, got "ReadPlan.Outcome"`,
    ],
    [
      'an output that one way only has',
      'Report.inputs.InputPayload.Reason',
      '{{ Approve.ApprovalStatus }}',
      `Report.inputs.InputPayload.Reason: expected ${unsure}, got "Approve.ApprovalStatus"`,
    ],
    [
      'an output although the failure is ignored',
      'Plan.onFailure',
      'Continue',
      `ReadPlan.inputs.InputPayload.Plan: expected ${unsure}, got "Plan.Payload"`,
      'Plan.isCritical: expected false with onFailure Continue, got nothing',
    ],
    [
      'an output although it was cancelled',
      'ReadPlan.onCancel',
      'step:Report',
      ...[
        'Outcome',
        'UserId',
        'UserName',
        'AccessKeyId',
        'Reason',
        'UndoCommand',
        'NextCommand',
      ].map(
        (name) => `Report.inputs.InputPayload.${name}: expected ${unsure}, got "ReadPlan.${name}"`,
      ),
    ],
    [
      'an object within a text',
      'Notify.inputs.Message',
      'All: {{ ReadPlan.Payload }}',
      'Notify.inputs.Message: expected no StringMap within a text, got "ReadPlan.Payload"',
    ],
    [
      'an object as a name',
      'DeactivateAccessKey.inputs.UserName',
      '{{ ReadPlan.Payload }}',
      'DeactivateAccessKey.inputs.UserName: expected String, got "StringMap of {{ ReadPlan.Payload }}"',
    ],
    [
      'a text as a list',
      'Approve.inputs.Approvers',
      '{{ UserId }}',
      'Approve.inputs.Approvers: expected StringList, got "String of {{ UserId }}"',
    ],
    [
      'a text as a whole number',
      'Approve.inputs.MinRequiredApprovals',
      '{{ UserId }}',
      'Approve.inputs.MinRequiredApprovals: expected Integer, got "String of {{ UserId }}"',
    ],
    [
      'a text as an object',
      'Verify.inputs.InputPayload',
      '{{ UserId }}',
      'Verify.inputs.InputPayload: expected StringMap, got "String of {{ UserId }}"',
    ],
    [
      'a parameter that nothing uses',
      'parameters.MinimumInactiveDays',
      readRunbook('delete-inactive-access-key').parameters['MinimumInactiveDays'],
      'parameters.MinimumInactiveDays: expected a reference to it, got nothing',
    ],
    [
      'a role that is a variable',
      'assumeRole',
      '{{ global:ACCOUNT_ID }}',
      'a parameter or the ARN of a role',
      unusedRole,
    ],
    [
      'a role that an output names',
      'assumeRole',
      '{{ ReadPlan.UserName }}',
      'a parameter or the ARN of a role',
      unusedRole,
    ],
    [
      'a role that Parameter Store names',
      'assumeRole',
      '{{ ssm:role }}',
      'a parameter or the ARN of a role',
      `assumeRole: expected ${nobody}, got "ssm:role"`,
      unusedRole,
    ],
    [
      'a role without its account',
      'assumeRole',
      'Automation',
      'a parameter or the ARN of a role',
      unusedRole,
    ],
  ]));

describe('of references the linter accepts', () => {
  itAccepts(deactivation, [
    [
      'a variable of AWS',
      'Notify.inputs.Message',
      '{{ global:DATE_TIME }} {{global:AWS_PARTITION}}',
    ],
    [
      'an output of the action',
      'DeactivateAccessKey.inputs.UserName',
      '{{ Approve.ApprovalStatus }}',
    ],
    ['an object as an object', 'Verify.inputs.InputPayload.UndoCommand', '{{ ReadPlan.Payload }}'],
  ]);
  itAccepts(edit(deactivation, 'parameters.AutomationAssumeRole'), [
    ['a constant role', 'assumeRole', 'arn:aws:iam::123456789012:role/Automation'],
  ]);
});
