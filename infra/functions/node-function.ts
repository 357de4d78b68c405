import { CfnResource, type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { codeOf, ENVIRONMENT, type Entry } from './bundle.ts';
import { serviceOfThisAccount } from './permissions.ts';

/** What is particular to a function. */
export type NodeFunctionProps = {
  readonly entry: Entry;
  readonly description: string;
  readonly timeout: Duration;
  readonly logRetentionInDays: RetentionDays;
  /**
   * Variables beside those of every function.
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Where events go that failed every retry.
   * @default - none
   */
  readonly deadLetterQueue?: IQueue;
};

/** A Lambda function with a log group and an execution role of its own; the only place of their defaults. */
export class NodeFunction extends Construct {
  readonly function: LambdaFunction;
  /** May write to the function's log group and send to its dead-letter queue: add what the code calls. */
  readonly role: Role;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const { entry, logRetentionInDays, ...particulars } = props;

    const logGroup = new LogGroup(this, 'LogGroup', {
      retention: logRetentionInDays,
      // Under a generated name nobody finds it again; what was decided stands in Config and CloudTrail.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: serviceOfThisAccount(this, 'lambda.amazonaws.com'),
    });
    logGroup.grantWrite(this.role);

    const { code, release } = codeOf(this, entry);
    this.function = new LambdaFunction(this, 'Function', {
      ...particulars,
      code,
      handler: 'index.handler',
      role: this.role,
      logGroup,
      architecture: Architecture.ARM_64,
      runtime: Runtime.NODEJS_24_X,
      memorySize: 512,
      environment: { ...ENVIRONMENT, ...props.environment },
    });
    release();
    // For those who run cfn-lint: CDK lets a function depend on its role once more than the reference does.
    const { defaultChild } = this.function.node;
    if (CfnResource.isCfnResource(defaultChild))
      defaultChild.addMetadata('cfn-lint', { config: { ignore_checks: ['W3005'] } });
  }
}
