import { describe, expect, it } from 'vitest';
import { InvalidOptionError, splitOptions } from '../../../infra/preflight/options.ts';

describe('splitOptions', () => {
  it('takes texts as cdk deploy does: to the first =, and the last of a name', () => {
    expect(splitOptions([])).toEqual({});
    expect(splitOptions(['a=1', 'b=', 'c=d=e', 'a=2'])).toEqual({ a: '2', b: '', c: 'd=e' });
  });

  it.each(['keyEvents', '', '=false'])('refuses %j', (text) => {
    expect(() => splitOptions(['keyEvents=true', text])).toThrow(InvalidOptionError);
    expect(() => splitOptions([text])).toThrow(
      expect.objectContaining({ name: 'InvalidOptionError' }),
    );
    expect(() => splitOptions([text])).toThrow(
      `a setting must be name=value, as in -c triggers=schedule, got ${JSON.stringify(text)}`,
    );
  });
});
