import { describe, expect, it } from 'vitest';
import { InvalidEnvironmentError } from '../../../rule/input/parse.ts';

describe('InvalidEnvironmentError', () => {
  it('has a name that a log is searched for', () => {
    expect(String(new InvalidEnvironmentError('expected a role'))).toBe(
      'InvalidEnvironmentError: expected a role',
    );
  });
});
