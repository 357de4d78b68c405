import { createClients } from '../aws/clients.ts';
import { createHandler } from './handler.ts';
import { parseTriggerSettings } from './settings.ts';

/** Milliseconds that AWS may take to answer: the function itself has fifteen seconds. */
const answerTime = 4_000;

/** The Lambda entry of the trigger: key events from the queue start evaluations. */
export const handler = createHandler({
  ...createClients({ answerTime }),
  settings: parseTriggerSettings(process.env),
  now: () => new Date(),
});
