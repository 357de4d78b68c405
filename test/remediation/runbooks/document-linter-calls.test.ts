import { describe, expect } from 'vitest';
import { itAccepts, itFinds } from '../../support/document-linter/hand-made.ts';
import { readRunbook } from '../../support/runbook-document.ts';

const deactivation = readRunbook('deactivate-access-key', ['alice', 'bob']);
const write = 'DeactivateAccessKey.inputs';
const evaluate = 'EvaluateAgain.inputs';
const notify = 'Notify.inputs';

describe('of a call of an API the linter finds', () =>
  itFinds(deactivation, [
    ['a service that there is not', `${write}.Service`, 'iamm', 'config, iam, sns'],
    ['a service by its client', `${evaluate}.Service`, 'config-service', 'config, iam, sns'],
    [
      'a service named as a member of every object',
      `${write}.Service`,
      'constructor',
      'config, iam, sns',
    ],
    ['no service', `${write}.Service`, undefined, 'String'],
    [
      'an operation that there is not',
      `${evaluate}.Api`,
      'StartConfigRuleEvaluation',
      'an operation of config',
    ],
    ['an operation of another service', `${evaluate}.Api`, 'Publish', 'an operation of config'],
    [
      'a shape that is no operation',
      `${evaluate}.Api`,
      'StartConfigRulesEvaluationRequest',
      'an operation of config',
    ],
    ['no operation', `${evaluate}.Api`, undefined, 'String'],
    [
      'another operation, of other parameters',
      `${evaluate}.Api`,
      'StartConfigurationRecorder',
      'EvaluateAgain.inputs.ConfigurationRecorderName: expected a parameter of config:StartConfigurationRecorder, got nothing',
      'EvaluateAgain.inputs.ConfigRuleNames: expected ConfigurationRecorderName, got "ConfigRuleNames"',
    ],
    [
      'a parameter that it does not take',
      `${evaluate}.ConfigRuleName`,
      'rule',
      'EvaluateAgain.inputs.ConfigRuleName: expected ConfigRuleNames, got "ConfigRuleName"',
    ],
    [
      'a parameter in the wrong case',
      `${write}.userName`,
      'alice',
      'DeactivateAccessKey.inputs.userName: expected AccessKeyId, Status, UserName, got "userName"',
    ],
    ['no key', `${write}.AccessKeyId`, undefined, 'a parameter of iam:UpdateAccessKey'],
    ['no status', `${write}.Status`, undefined, 'a parameter of iam:UpdateAccessKey'],
    [
      'the user of the caller',
      `${write}.UserName`,
      undefined,
      'a parameter of iam:UpdateAccessKey',
    ],
    [
      'every rule',
      `${evaluate}.ConfigRuleNames`,
      undefined,
      'a parameter of config:StartConfigRulesEvaluation',
    ],
    ['no rule', `${evaluate}.ConfigRuleNames`, [], 'an item or more'],
    [
      'one rule twice',
      `${evaluate}.ConfigRuleNames`,
      ['rule', 'rule'],
      'EvaluateAgain.inputs.ConfigRuleNames: expected unique items, got "rule"',
    ],
    [
      'a text instead of a list',
      `${evaluate}.ConfigRuleNames`,
      '{{ ConfigRuleName }}',
      'EvaluateAgain.inputs.ConfigRuleNames: expected StringList, got "String of {{ ConfigRuleName }}"',
    ],
    [
      'a list of something else',
      `${evaluate}.ConfigRuleNames`,
      [7],
      'EvaluateAgain.inputs.ConfigRuleNames.0: expected String, got 7',
    ],
    ['a status that there is not', `${write}.Status`, 'Disabled', 'Active or Inactive'],
    ['a status in the wrong case', `${write}.Status`, 'inactive', 'Active or Inactive'],
    ['a status that nobody can set', `${write}.Status`, 'Expired', 'Active or Inactive'],
    ['a boolean instead of a text', `${write}.Status`, false, 'String'],
    ['a number instead of a text', `${write}.AccessKeyId`, 7, 'String'],
    ['a text instead of attributes', `${notify}.MessageAttributes`, 'key', 'StringMap'],
    ['no topic', `${notify}.TopicArn`, undefined, 'a parameter of sns:Publish'],
    ['no subject', `${notify}.Subject`, undefined, 'a parameter of sns:Publish'],
    [
      'a subject that is too long',
      `${notify}.Subject`,
      `${'s'.repeat(37)}{{ ReadPlan.UserName }}`,
      'Notify.inputs.Subject: expected at most 100 characters, got 101',
    ],
    ['a subject of two lines', `${notify}.Subject`, 'one\ntwo', 'one line of ASCII'],
    ['a subject that is not ASCII', `${notify}.Subject`, 'Schlüssel', 'one line of ASCII'],
  ]));

describe('of a call of an API the linter accepts', () =>
  itAccepts(deactivation, [
    ['the longest subject', `${notify}.Subject`, `${'s'.repeat(36)}{{ ReadPlan.UserName }}`],
    ['two rules', `${evaluate}.ConfigRuleNames`, ['rule', '{{ ConfigRuleName }}']],
    ['attributes', `${notify}.MessageAttributes`, { key: { DataType: 'String' } }],
    ['the other status', `${write}.Status`, 'Active'],
  ]));

const select = (Selector: string, Type = 'String') => [{ Name: 'Answer', Selector, Type }];
const basis = 'ReadPlan.outputs.Basis';
const lost =
  'ReadPlanAgain.inputs.InputPayload.Planned: expected a reference to what is declared, got "ReadPlan.Basis"';
const outputs = deactivation.outputs;
const without = (list: readonly string[], ...gone: string[]) =>
  list.filter((name) => !gone.includes(name));

describe('of outputs the linter finds', () =>
  itFinds(deactivation, [
    [
      'two of one name',
      `${basis}.Name`,
      'Reason',
      'ReadPlan.outputs: expected unique names, got "Reason"',
      lost,
    ],
    [
      'one that the action has already',
      `${basis}.Name`,
      'Payload',
      'ReadPlan.outputs: expected unique names, got "Payload"',
      lost,
    ],
    [
      'a selector beside the answer',
      `${basis}.Selector`,
      '$.Basis',
      'a path such as /^\\$\\.Payload(\\.\\w+|\\[\\d+\\])+$/',
    ],
    [
      'a selector that is no path',
      `${basis}.Selector`,
      'Payload.Basis',
      'a path such as /^\\$\\.Payload(\\.\\w+|\\[\\d+\\])+$/',
    ],
    [
      'a selector of what no script says',
      `${basis}.Selector`,
      '$.Payload.Base',
      'ReadPlan.outputs.Basis: expected what the script answers, got "$.Payload.Base"',
    ],
    [
      'a selector of what is not passed on',
      'Report.inputs.InputPayload.Reason',
      undefined,
      'Report.outputs.Reason: expected what the script answers, got "$.Payload.Reason"',
    ],
    [
      'any of a branch',
      'Decide.outputs',
      select('$.Payload'),
      'Decide.outputs.Answer: expected no outputs of aws:branch',
    ],
    [
      'a member that the response lacks',
      'Notify.outputs',
      select('$.MessageID'),
      'Notify.outputs.Answer.Selector: expected a member of the response, got "$.MessageID"',
    ],
    [
      'an item of what is no list',
      'Notify.outputs',
      select('$.MessageId[0]'),
      'Notify.outputs.Answer.Selector: expected a member of the response, got "$.MessageId[0]"',
    ],
    [
      'a member of another type',
      'Notify.outputs',
      select('$.MessageId', 'Integer'),
      'Notify.outputs.Answer.Type: expected String, got "Integer"',
    ],
    [
      'a response that is empty',
      'DeactivateAccessKey.outputs',
      select('$.Status'),
      'DeactivateAccessKey.outputs.Answer.Selector: expected a member of the response, got "$.Status"',
    ],
    [
      'one of the document that no step has',
      'outputs',
      [...outputs, 'Report.Undo'],
      'outputs: expected an output of a step, got "Report.Undo"',
    ],
    [
      'one of the document twice',
      'outputs',
      [...outputs, 'Report.Outcome'],
      'outputs: expected unique outputs, got "Report.Outcome"',
    ],
    [
      'one of the last step that is lost',
      'outputs',
      without(outputs, 'Report.UndoCommand'),
      'Report.UndoCommand, which no step takes',
    ],
  ]));

const listing = (Selector: string, Type: string) =>
  deactivation.mainSteps.map((step) =>
    step.name === 'EvaluateAgain'
      ? {
          ...step,
          inputs: { Service: 'iam', Api: 'ListAccessKeys', UserName: 'alice' },
          outputs: [{ Name: 'Answer', Selector, Type }],
        }
      : step,
  );

describe('of outputs the linter accepts', () =>
  itAccepts(deactivation, [
    ['a member of a response', 'Notify.outputs', select('$.MessageId')],
    ['a list of objects', 'mainSteps', listing('$.AccessKeyMetadata', 'MapList')],
    ['a member of an item', 'mainSteps', listing('$.AccessKeyMetadata[0].CreateDate', 'String')],
    ['a boolean', 'mainSteps', listing('$.IsTruncated', 'Boolean')],
    ['the answer of a function', 'Plan.outputs', select('$.Payload')],
    ['one of another step for the document', 'outputs', [...outputs, 'ReadPlan.Basis']],
  ]));

const reader = String(
  deactivation.mainSteps.find(({ name }) => name === 'ReadPlan')?.inputs['Script'],
);
const verifier = String(
  deactivation.mainSteps.find(({ name }) => name === 'Verify')?.inputs['Script'],
);
const changed = (from: string, to: string) => {
  expect(verifier).toContain(from);
  return verifier.replace(from, to);
};
const verify = 'Verify.inputs.Script';

describe('of the calls of a script the linter finds', () =>
  itFinds(deactivation, [
    [
      'a service that there is not',
      verify,
      changed("boto3.client('iam'", "boto3.client('iamm'"),
      ...Array(2).fill(`${verify}.Service: expected config, iam, sns, got "iamm"`),
    ],
    [
      'an operation that there is not',
      verify,
      changed('sns.publish(', 'sns.send('),
      `${verify}.Api: expected an operation of sns, got "Send"`,
    ],
    [
      'an operation as another language calls it',
      verify,
      changed('iam.update_access_key(', 'iam.updateAccessKey('),
      `${verify}.Api: expected an operation of iam, got "updateAccessKey"`,
    ],
    [
      'pages of what there is not',
      verify,
      changed("'list_access_keys'", "'list_access_key'"),
      `${verify}.Api: expected an operation of iam, got "ListAccessKey"`,
    ],
    [
      'a parameter that it does not take',
      verify,
      changed('TopicArn=', 'Topic='),
      `${verify}.Topic: expected Message, TopicArn, TargetArn, PhoneNumber, Subject, MessageStructure, MessageAttributes, MessageDeduplicationId, MessageGroupId, got "Topic"`,
      `${verify}.TopicArn: expected a parameter of sns:Publish, got nothing`,
    ],
    [
      'the keys of whoever calls',
      verify,
      changed('paginate(UserName=user_name)', 'paginate()'),
      `${verify}.UserName: expected a parameter of iam:ListAccessKeys, got nothing`,
    ],
    [
      'a status that nobody can set',
      verify,
      changed("Status='Active')", "Status='Enabled')"),
      `${verify}.Status: expected Active or Inactive, got "Enabled"`,
    ],
    [
      'parameters that nobody can see',
      verify,
      changed("UserName=user_name, AccessKeyId=key_id, Status='Active'", '**events'),
      `${verify}.**: expected AccessKeyId, Status, UserName, got "**"`,
      ...['AccessKeyId', 'Status', 'UserName'].map(
        (name) => `${verify}.${name}: expected a parameter of iam:UpdateAccessKey, got nothing`,
      ),
    ],
  ]));

const runtimes = 'python3.10 or python3.11 or python3.12';
const noPython = 'Report.inputs.Script: expected a Python script, got "…"';

describe('of a script the linter finds', () =>
  itFinds(deactivation, [
    ['a runtime that there is not', 'ReadPlan.inputs.Runtime', 'python3.8', runtimes],
    ['a runtime of another language', 'ReadPlan.inputs.Runtime', 'PowerShell 7.4', runtimes],
    [
      'a handler that there is not',
      'ReadPlan.inputs.Handler',
      'readPlan',
      'a function of the script: expect,expect_match,decode,expect_action,require_unchanged,read_plan',
    ],
    [
      'a handler of one argument',
      'ReadPlan.inputs.Handler',
      'decode',
      'ReadPlan.inputs.Handler: expected events and context, got ["plan"]',
    ],
    ['no handler', 'ReadPlan.inputs.Handler', undefined, 'String'],
    [
      'an error of syntax',
      'Report.inputs.Script',
      'def report(events, context)\n    return {}',
      noPython,
    ],
    [
      'an error of indentation',
      'Report.inputs.Script',
      'def report(events, context):\nreturn {}',
      noPython,
    ],
    ['a return from nowhere', 'Report.inputs.Script', 'return {}', noPython],
    [
      'a later Python than its runtime',
      'Report.inputs.Script',
      'type Outcome = str\ndef report(events, context): return {**events}',
      noPython,
    ],
    [
      'a name that is not defined',
      'ReadPlan.inputs.Script',
      reader.replace('import json\n', ''),
      'ReadPlan.inputs.Script: expected names that are defined, got "json"',
    ],
    [
      'a reference, which is resolved before it runs',
      'ReadPlan.inputs.Script',
      `${reader}\n# {{ Nobody }}`,
      'ReadPlan.inputs.Script: expected a reference to what is declared, got "Nobody"',
    ],
    [
      'something that it reads and nobody gives',
      'ReadPlan.inputs.InputPayload.Expected',
      undefined,
      'ReadPlan.inputs.InputPayload: expected Expected, which the script reads, got ["Plan","UserId","AccessKeyId","DryRun","Planned"]',
    ],
    [
      'something that it is given and does not read',
      'ReadPlan.inputs.InputPayload.Force',
      'true',
      'ReadPlan.inputs.InputPayload: expected what the script reads, got "Force"',
    ],
  ]));

describe('of a script the linter accepts', () =>
  itAccepts(deactivation, [
    ['an older Python', 'Report.inputs.Runtime', 'python3.10'],
    ['a newer Python', 'Report.inputs.Runtime', 'python3.12'],
    ['one that takes all that it is given', 'Report.inputs.InputPayload.More', 'text'],
  ]));
