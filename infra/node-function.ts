import { fileURLToPath } from 'node:url';
import { CfnResource, type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import {
  type BundlingOptions,
  LogLevel,
  NodejsFunction,
  OutputFormat,
} from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { BUNDLE, ENVIRONMENT } from './bundle.ts';
import { serviceOfThisAccount } from './permissions.ts';

/** Where this repository lies, with `/` at the end. */
export const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

/** The same, as CDK says it. */
const BUNDLING: BundlingOptions = {
  format: OutputFormat.ESM,
  target: BUNDLE.target,
  minify: BUNDLE.minify,
  mainFields: BUNDLE.mainFields,
  banner: BUNDLE.banner.js,
  externalModules: [],
  logLevel: LogLevel.WARNING,
};

/** What is particular to a function. */
export type NodeFunctionProps = {
  /** Path of the module that exports `handler`, from the root of this repository. */
  readonly entry: string;
  readonly description: string;
  readonly timeout: Duration;
  readonly logRetentionDays: RetentionDays;
  /**
   * Where events go that failed every retry.
   * @default - none
   */
  readonly deadLetterQueue?: IQueue;
};

/** A Lambda function with a log group and an execution role of its own; the only place of their defaults. */
export class NodeFunction extends Construct {
  readonly function: NodejsFunction;
  /** May write to the function's log group and send to its dead-letter queue: add what the code calls. */
  readonly role: Role;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const { entry, logRetentionDays, ...particulars } = props;

    const logGroup = new LogGroup(this, 'LogGroup', {
      retention: logRetentionDays,
      // Under a generated name nobody finds it again; what was decided stands in Config and CloudTrail.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: serviceOfThisAccount(this, 'lambda.amazonaws.com'),
    });
    logGroup.grantWrite(this.role);

    this.function = new NodejsFunction(this, 'Function', {
      ...particulars,
      entry: `${REPOSITORY}${entry}`,
      projectRoot: REPOSITORY,
      depsLockFilePath: `${REPOSITORY}package-lock.json`,
      role: this.role,
      logGroup,
      architecture: Architecture.ARM_64,
      runtime: Runtime.NODEJS_24_X,
      memorySize: 512,
      environment: ENVIRONMENT,
      awsSdkConnectionReuse: false,
      bundling: BUNDLING,
    });
    // CDK lets a function depend on its role once more than the reference to it does.
    const { defaultChild } = this.function.node;
    if (CfnResource.isCfnResource(defaultChild))
      defaultChild.addMetadata('cfn-lint', { config: { ignore_checks: ['W3005'] } });
  }
}
