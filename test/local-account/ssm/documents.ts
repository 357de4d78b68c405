import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { ServiceError } from '../dispatch.ts';
import { checkDocument } from './check-document.ts';
import { type AutomationDocument, parseDocument } from './document.ts';

const DocumentProperties = v.strictObject({
  Name: v.pipe(
    v.string(),
    v.regex(/^[\w.-]{3,128}$/, 'expected 3 to 128 letters, digits, _, - and .'),
    v.check(
      (name) => !/^(aws|amazon|amzn)/i.test(name),
      'expected a name that AWS does not reserve',
    ),
  ),
  Content: v.union([v.string(), v.record(v.string(), v.unknown())]),
  DocumentType: v.literal('Automation'),
  DocumentFormat: v.optional(v.picklist(['YAML', 'JSON']), 'JSON'),
  TargetType: v.optional(v.pipe(v.string(), v.startsWith('/'))),
  UpdateMethod: v.optional(v.picklist(['Replace', 'NewVersion'])),
});

type LocalDocument = v.InferOutput<typeof DocumentProperties> & {
  readonly content: AutomationDocument;
  readonly CreatedDate: Date;
};

/** DescribeDocument shows booleans and numbers as text. */
const describeParameters = ({ parameters }: AutomationDocument) =>
  Object.entries(parameters).map(([Name, { type, description, default: value }]) => ({
    Name,
    Type: type === 'StringList' ? 'StringList' : 'String',
    Description: description,
    DefaultValue: typeof value === 'string' ? value : JSON.stringify(value),
  }));

const describe = (document: LocalDocument, Owner: string) => {
  const { Name, content, CreatedDate, DocumentFormat, TargetType } = document;
  return {
    Name,
    Owner,
    CreatedDate,
    DocumentFormat,
    TargetType,
    DocumentType: 'Automation',
    SchemaVersion: content.schemaVersion,
    Description: content.description,
    Parameters: describeParameters(content),
    Hash: createHash('sha256').update(JSON.stringify(document.Content)).digest('hex'),
    HashType: 'Sha256',
    Status: 'Active',
    PlatformTypes: ['Windows', 'Linux', 'MacOS'],
    DocumentVersion: '1',
    LatestVersion: '1',
    DefaultVersion: '1',
    Tags: [],
  };
};

/** Creates the store of an account's Automation documents. Each document has one version. */
export const createDocuments = ({ now, accountId }: { now: () => Date; accountId: string }) => {
  const byName = new Map<string, LocalDocument>();

  return {
    find: (Name: string): LocalDocument | undefined => byName.get(Name),
    /**
     * Creates a document from the resolved properties of an AWS::SSM::Document and its name.
     *
     * @throws {ServiceError} InvalidDocumentContent when the document could not run to its end
     */
    create: (properties: unknown): LocalDocument => {
      const parsed = v.parse(DocumentProperties, properties);
      const content = parseDocument(parsed.Content);
      checkDocument(content);
      const document = { ...parsed, content, CreatedDate: now() };
      byName.set(parsed.Name, document);
      return document;
    },
    describe: (Name: string) => {
      const document = byName.get(Name);
      if (document !== undefined) return describe(document, accountId);
      const message = `Document with name ${Name} does not exist.`;
      throw new ServiceError('InvalidDocument', message);
    },
  };
};
