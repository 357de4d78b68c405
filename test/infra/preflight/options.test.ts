import { describe, expect, it } from 'vitest';
import { InvalidOptionError, parseOptions } from '../../../infra/preflight/options.ts';

describe('parseOptions', () => {
  it('wants everything unless told', () => {
    expect(parseOptions([])).toEqual({ keyEvents: true, triggers: 'hybrid' });
  });

  it('takes settings as cdk deploy does', () => {
    expect(parseOptions(['keyEvents=false', 'triggers=schedule'])).toEqual({
      keyEvents: false,
      triggers: 'schedule',
    });
  });

  it.each(['keyEvents=no', 'keyEvents', 'triggers=', 'keyevents=false', '', 'triggers=hybrid=1'])(
    'refuses %j',
    (text) => {
      expect(() => parseOptions(['keyEvents=true', text])).toThrow(InvalidOptionError);
      expect(() => parseOptions([text])).toThrow(`got ${JSON.stringify(text)}`);
    },
  );
});
