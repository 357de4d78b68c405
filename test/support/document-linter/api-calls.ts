import { StatusType } from '@aws-sdk/client-iam';
import {
  findOperation,
  membersOf,
  type Operation,
  requiredOf,
  SERVICE_NAMES,
  typeOf,
} from './api-schemas.ts';
import type { Step } from './content.ts';
import { problem, repeated } from './problem.ts';
import type { Scope, Type } from './scope.ts';
import { subjectProblems } from './subject.ts';
import { typeProblems } from './values.ts';

/** What AWS leaves optional, and would then take for its own caller or for everything. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  'iam:UpdateAccessKey': ['UserName'],
  'iam:DeleteAccessKey': ['UserName'],
  'iam:ListAccessKeys': ['UserName'],
  'config:StartConfigRulesEvaluation': ['ConfigRuleNames'],
  // An e-mail without a subject says that it is a notification, and of nothing.
  'sns:Publish': ['TopicArn', 'Subject'],
};

/** Texts of which the schemas do not say that they are one of few. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  'iam:UpdateAccessKey.Status': [StatusType.Active, StatusType.Inactive],
};

/** No operation of ours does anything with nothing, or with the same thing twice. */
const listProblems = (value: unknown, where: string): readonly string[] => {
  if (!Array.isArray(value)) return [];
  if (value.length === 0) return [problem(where, 'an item or more', value)];
  return repeated(value.map(String)).map((item) => problem(where, 'unique items', item));
};

/** A value that shows only when a script runs. */
export const UNKNOWN = Symbol('unknown');

/** A call of an operation, with its parameters, and where it stands. */
export type Call = {
  readonly where: string;
  readonly service: string;
  readonly api: string;
  readonly given: Readonly<Record<string, unknown>>;
};

const memberProblems = (call: Call, { request }: Operation, scope: Scope): readonly string[] => {
  const { where, given } = call;
  const name = `${call.service}:${call.api}`;
  const members = membersOf(request);
  const required = new Set([...requiredOf(request), ...(REQUIRED[name] ?? [])]);
  const judge = ([parameter, value]: [string, unknown]): readonly string[] => {
    const at = `${where}.${parameter}`;
    const member = members.get(parameter);
    if (member === undefined) return [problem(at, [...members.keys()].join(', '), parameter)];
    if (value === UNKNOWN) return [];
    const problems = [
      ...typeProblems(value, typeOf(member), { where: at, scope }),
      ...listProblems(value, at),
    ];
    const choices = CHOICES[`${name}.${parameter}`];
    if (problems.length > 0 || choices === undefined || choices.includes(String(value)))
      return problems;
    return [problem(at, choices.join(' or '), value)];
  };
  return [
    ...[...required]
      .filter((parameter) => given[parameter] === undefined)
      .map((parameter) => problem(`${where}.${parameter}`, `a parameter of ${name}`, undefined)),
    ...Object.entries(given).flatMap(judge),
  ];
};

/** Whether a call names an operation of a service, and gives it what it takes. */
export const callProblems = (call: Call, scope: Scope): readonly string[] => {
  const { where, service, api } = call;
  if (!SERVICE_NAMES.includes(service))
    return [problem(`${where}.Service`, SERVICE_NAMES.join(', '), service)];
  const operation = findOperation(service, api);
  if (operation === undefined) return [problem(`${where}.Api`, `an operation of ${service}`, api)];
  return memberProblems(call, operation, scope);
};

/** Whether a step calls what there is, as it is called. */
export const apiProblems = (step: Step, scope: Scope): readonly string[] => {
  const { Service, Api, ...given } = step.inputs;
  const names = { service: String(Service), api: String(Api) };
  return [
    ...callProblems({ ...names, where: `${step.name}.inputs`, given }, scope),
    ...subjectProblems(step),
  ];
};

/** The type of what a selector takes from a response; nothing where the response has no such member. */
export const apiOutputType = (step: Step, selector: string): Type | undefined => {
  let schema = findOperation(String(step.inputs['Service']), String(step.inputs['Api']))?.response;
  for (const part of selector.match(/\w+/g) ?? []) {
    if (/^\d+$/.test(part)) schema = schema?.isListSchema() ? schema.getValueSchema() : undefined;
    else schema = schema && membersOf(schema).get(part);
  }
  return schema && typeOf(schema);
};
