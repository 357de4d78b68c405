import { describe } from 'vitest';
import { edit } from '../../support/document-linter/edit.ts';
import { itAccepts, itFinds } from '../../support/document-linter/hand-made.ts';
import { readRunbook } from '../../support/runbook-document.ts';

const deactivation = readRunbook('deactivate-access-key', ['alice', 'bob']);
const reactivation = readRunbook('reactivate-access-key');
const deletion = readRunbook('delete-inactive-access-key');

describe('of an invocation the linter finds', () => {
  itFinds(reactivation, [
    [
      'an action that there is not',
      'Plan.action',
      'aws:invokeFunction',
      'aws:approve, aws:branch, aws:executeAwsApi, aws:executeScript, aws:invokeLambdaFunction, aws:sleep',
      'ReadPlan.inputs.InputPayload.Plan: expected a reference to what is declared, got "Plan.Payload"',
    ],
    ['no function', 'Plan.inputs.FunctionName', undefined, 'String'],
    ['a function without a name', 'Plan.inputs.FunctionName', '', 'a text that is not empty'],
    [
      'an input that there is not',
      'Plan.inputs.Function',
      'planner',
      'Plan.inputs.Function: expected no such input of aws:invokeLambdaFunction',
    ],
    [
      'an input of another action',
      'Report.inputs.FunctionName',
      'planner',
      'Report.inputs.FunctionName: expected no such input of aws:executeScript',
    ],
    ['a call that nobody answers', 'Plan.inputs.InvocationType', 'Event', 'RequestResponse'],
    ['a payload that is a text', 'Report.inputs.InputPayload', 'UserId', 'StringMap'],
    ['too long', 'Plan.timeoutSeconds', 301, '1 to 300 seconds of aws:invokeLambdaFunction'],
    ['no end', 'Plan.timeoutSeconds', undefined, '1 to 300 seconds of aws:invokeLambdaFunction'],
    [
      'a script for too long',
      'Verify.timeoutSeconds',
      601,
      '1 to 600 seconds of aws:executeScript',
    ],
    ['a call for too long', 'Notify.timeoutSeconds', 26, '1 to 25 seconds of aws:executeAwsApi'],
  ]);
  itFinds(deactivation, [
    [
      'a second question that is another',
      'PlanAgain.inputs',
      { FunctionName: 'f', InvocationType: 'RequestResponse', InputPayload: {} },
      'those of Plan',
    ],
  ]);
});

describe('of the time of a step the linter accepts', () => {
  itAccepts(reactivation, [
    ['300 s of a function', 'Plan.timeoutSeconds', 300],
    ['600 s of a script', 'Verify.timeoutSeconds', 600],
    ['25 s of a call', 'Notify.timeoutSeconds', 25],
    ['a second', 'Notify.timeoutSeconds', 1],
  ]);
  itAccepts(deactivation, [
    ['30 days of an approval', 'Approve.timeoutSeconds', 2_592_000],
    ['an end of a branch', 'Decide.timeoutSeconds', 30],
  ]);
});

describe('of an approval the linter finds', () =>
  itFinds(deactivation, [
    ['too long', 'Approve.timeoutSeconds', 2_592_001, '1 to 2592000 seconds of aws:approve'],
    [
      'nobody',
      'Approve.inputs.Approvers',
      [],
      '1 to 10 principals',
      'Approve.inputs.MinRequiredApprovals: expected 1 to 0, got 1',
    ],
    ['eleven', 'Approve.inputs.Approvers', [...'abcdefghijk'], '1 to 10 principals'],
    [
      'one approver twice',
      'Approve.inputs.Approvers',
      ['alice', 'alice'],
      'Approve.inputs.Approvers: expected unique principals, got "alice"',
    ],
    [
      'an approver that is a number',
      'Approve.inputs.Approvers',
      ['alice', 7],
      'Approve.inputs.Approvers.1: expected String, got 7',
    ],
    ['more approvals than approvers', 'Approve.inputs.MinRequiredApprovals', 3, '1 to 2'],
    ['no approval', 'Approve.inputs.MinRequiredApprovals', 0, '1 to 2'],
    ['half an approval', 'Approve.inputs.MinRequiredApprovals', 0.5, 'Integer'],
    ['approvals as a text', 'Approve.inputs.MinRequiredApprovals', '1', 'Integer'],
    [
      'a topic of another name',
      'Approve.inputs.NotificationArn',
      'arn:aws:sns:us-east-1:123456789012:keys',
      'a topic whose name starts with Automation',
    ],
    [
      'a message that is too long',
      'Approve.inputs.Message',
      'm'.repeat(4097),
      'Approve.inputs.Message: expected at most 4096 characters, got 4097',
    ],
    ['an empty message', 'Approve.inputs.Message', '', 'a text that is not empty'],
    ['no message', 'Approve.inputs.Message', undefined, 'String'],
  ]));

describe('of an approval the linter accepts', () =>
  itAccepts(deactivation, [
    ['ten approvers', 'Approve.inputs.Approvers', [...'abcdefghij']],
    ['one approver', 'Approve.inputs.Approvers', ['alice']],
    ['approval by everybody', 'Approve.inputs.MinRequiredApprovals', 2],
    ['no topic', 'Approve.inputs.NotificationArn', undefined],
    ['the longest message', 'Approve.inputs.Message', 'm'.repeat(4096)],
  ]));

const duration = 'an ISO 8601 duration of 1 to 604799 s';
describe('of a sleep the linter finds', () =>
  itFinds(deletion, [
    ['no duration', 'Wait.inputs.Duration', undefined, 'String'],
    ['another unit', 'Wait.inputs.Duration', 'PT30X', duration],
    ['a number', 'Wait.inputs.Duration', 1800, 'String'],
    ['nothing', 'Wait.inputs.Duration', 'PT0S', duration],
    ['a duration without a number', 'Wait.inputs.Duration', 'PT', duration],
    ['a negative duration', 'Wait.inputs.Duration', '-PT30M', duration],
    ['a week', 'Wait.inputs.Duration', 'P7D', duration],
    [
      'more than a week of time',
      'Wait.timeoutSeconds',
      604_801,
      '1 to 604800 seconds of aws:sleep',
    ],
    [
      'half an hour in half an hour',
      'Wait.timeoutSeconds',
      1800,
      'more than the 1800 s of Duration',
    ],
    [
      'longer than its time',
      'Wait.inputs.Duration',
      'PT31M',
      'Wait.timeoutSeconds: expected more than the 1860 s of Duration, got 1860',
    ],
  ]));

describe('of a sleep the linter accepts', () => {
  itAccepts(deletion, [
    ['a second', 'Wait.inputs.Duration', 'PT1S'],
    ['a duration in three units', 'Wait.inputs.Duration', 'P0DT0H30M59S'],
    ['a second more than it sleeps', 'Wait.timeoutSeconds', 1801],
  ]);
  itAccepts(edit(deletion, 'Wait.timeoutSeconds', 604_800), [
    ['almost a week', 'Wait.inputs.Duration', 'P6DT23H59M59S'],
  ]);
});

const isDry = { Variable: '{{ DryRun }}', StringEquals: 'true' };
const isPlanned = { Variable: '{{ ReadPlan.Outcome }}', StringEquals: 'Deactivate' };
const plannedText = String(JSON.stringify(JSON.stringify(isPlanned)));
const notifyIf = (condition: object) => [{ NextStep: 'Notify', ...condition }];
const first = 'DecideNotify.inputs.Choices.0';
const unreached = 'Notify: expected a way that leads to this step, got nothing';
const useless =
  'DecideNotify.inputs.Default: expected a step to which not every choice leads, got "Report"';

describe('of a branch the linter finds', () =>
  itFinds(deactivation, [
    ['no choice', 'DecideNotify.inputs.Choices', [], 'a choice or more', unreached, useless],
    ['a choice that is none', 'DecideNotify.inputs.Choices', ['Notify'], 'MapList', unreached],
    ['no default', 'Decide.inputs.Default', undefined, 'String'],
    ['a choice without a step', `${first}.NextStep`, undefined, 'the name of a step', unreached],
    [
      'a choice without a condition',
      'Decide.inputs.Choices.0.StringEquals',
      undefined,
      'Decide.inputs.Choices.0: expected one operator, got []',
    ],
    [
      'an operator that there is not',
      'DecideNotify.inputs.Choices',
      notifyIf({ Variable: '{{ DryRun }}', StringLike: 't*' }),
      `${first}: expected StringEquals, EqualsIgnoreCase, StartsWith, EndsWith, Contains, NumericEquals, NumericGreater, NumericLesser, NumericGreaterOrEquals, NumericLesserOrEquals, BooleanEquals, And, Or, Not, got "StringLike"`,
    ],
    [
      'two operators',
      'Decide.inputs.Choices.0.StartsWith',
      't',
      'Decide.inputs.Choices.0: expected one operator, got ["StringEquals","StartsWith"]',
    ],
    ['a constant', 'Decide.inputs.Choices.0.Variable', 'true', 'a reference'],
    ['no variable', 'Decide.inputs.Choices.0.Variable', undefined, 'a reference'],
    [
      'a text compared as a boolean',
      'DecideNotify.inputs.Choices',
      notifyIf({ Variable: '{{ DryRun }}', BooleanEquals: true }),
      `${first}.Variable: expected Boolean, got "String of {{ DryRun }}"`,
    ],
    [
      'a text compared as a number',
      'DecideNotify.inputs.Choices',
      notifyIf({ Variable: '{{ MinimumIdleDays }}', NumericGreater: 7 }),
      `${first}.Variable: expected Integer, got "String of {{ MinimumIdleDays }}"`,
    ],
    ['a text compared with a boolean', 'Decide.inputs.Choices.0.StringEquals', true, 'String'],
    [
      'what no caller can give',
      'Decide.inputs.Choices.0.StringEquals',
      'yes',
      'what {{ DryRun }} can be, and can fail to be',
    ],
    [
      'what every caller gives',
      `${first}.And.1`,
      { Variable: '{{ UserId }}', StartsWith: '' },
      `${first}.And.1.StartsWith: expected what {{ UserId }} can be, and can fail to be, got ""`,
    ],
    [
      'what no script says',
      'Decide.inputs.Choices.1.StringEquals',
      'Disable',
      'what {{ ReadPlan.Outcome }} can be, and can fail to be',
    ],
    [
      'one condition twice',
      'Decide.inputs.Choices.2.StringEquals',
      'Deactivate',
      `Decide.inputs.Choices: expected unique conditions, got ${plannedText}`,
    ],
    ['half of two conditions', `${first}.And`, [isPlanned], 'two conditions or more'],
    ['conditions that are no list', `${first}.And`, isPlanned, 'two conditions or more'],
    [
      'two of one condition',
      `${first}.And`,
      [isPlanned, isPlanned],
      `${first}.And: expected unique conditions, got ${plannedText}`,
    ],
    [
      'the denial of nothing',
      'DecideNotify.inputs.Choices',
      notifyIf({ Not: 'DryRun' }),
      `${first}.Not: expected a condition, got "DryRun"`,
    ],
    [
      'a fault deep in a condition',
      'DecideNotify.inputs.Choices',
      notifyIf({ Or: [isPlanned, { Not: { ...isDry, StringEquals: 'no' } }] }),
      `${first}.Or.1.Not.StringEquals: expected what {{ DryRun }} can be, and can fail to be, got "no"`,
    ],
  ]));

const typed = (Type: string) => ({
  ...deactivation,
  mainSteps: deactivation.mainSteps.map((step) =>
    step.name === 'ReadPlan'
      ? {
          ...step,
          outputs: [
            ...(step.outputs ?? []),
            { Name: 'Answer', Selector: '$.Payload.Outcome', Type },
          ],
        }
      : step,
  ),
});
const answer = '{{ ReadPlan.Answer }}';

describe('of a branch the linter accepts', () => {
  itAccepts(
    deactivation,
    [
      ['either of two', { Or: [isPlanned, isDry] }],
      ['a denial', { Not: { And: [isPlanned, isDry] } }],
      ['a text in any case', { Variable: '{{ DryRun }}', EqualsIgnoreCase: 'TRUE' }],
      ['the end of a text', { Variable: '{{ ConfigRuleName }}', EndsWith: '-key' }],
      ['a part of a text', { Variable: '{{ ConfigRuleName }}', Contains: 'single' }],
    ].map(([what, condition]) => [
      String(what),
      'DecideNotify.inputs.Choices',
      notifyIf(Object(condition)),
    ]),
  );
  itAccepts(typed('Integer'), [
    [
      'a number',
      'DecideNotify.inputs.Choices',
      notifyIf({ Variable: answer, NumericLesserOrEquals: 7 }),
    ],
  ]);
  itAccepts(typed('Boolean'), [
    [
      'a boolean',
      'DecideNotify.inputs.Choices',
      notifyIf({ Variable: answer, BooleanEquals: true }),
    ],
  ]);
});
