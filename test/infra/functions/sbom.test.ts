import { describe, expect, it } from 'vitest';
import { sbomOf } from '../../../infra/functions/sbom.ts';

const component = (name: string) => ({ 'bom-ref': `${name}@1.0.0`, name, purl: `pkg:npm/${name}` });

/** A bill as npm writes it: the component has the name of the folder. */
const bom = {
  bomFormat: 'CycloneDX',
  serialNumber: 'urn:uuid:1',
  metadata: {
    timestamp: '2026-01-01T00:00:00.000Z',
    tools: [{ name: 'cli' }],
    component: { ...component('@scope/own'), name: 'folder' },
  },
  components: ['a', 'b', 'tool'].map(component),
  dependencies: [
    { ref: '@scope/own@1.0.0', dependsOn: ['a@1.0.0', 'tool@1.0.0'] },
    { ref: 'a@1.0.0', dependsOn: ['b@1.0.0', 'tool@1.0.0'] },
    { ref: 'b@1.0.0' },
    { ref: 'tool@1.0.0', dependsOn: ['b@1.0.0'] },
  ],
};

describe('sbomOf', () => {
  it('contains only the packages of the bundles and of the constructs', () => {
    expect(sbomOf(bom, new Set(['a@1.0.0', 'b@1.0.0']))).toEqual({
      bomFormat: 'CycloneDX',
      metadata: { tools: [{ name: 'cli' }], component: component('@scope/own') },
      components: ['a', 'b'].map(component),
      dependencies: [
        { ref: '@scope/own@1.0.0', dependsOn: ['a@1.0.0'] },
        { ref: 'a@1.0.0', dependsOn: ['b@1.0.0'] },
        { ref: 'b@1.0.0', dependsOn: [] },
      ],
    });
  });

  it('must list each of them', () => {
    expect(() => sbomOf(bom, new Set(['a@1.0.0', 'a@2.0.0', 'c@1.0.0']))).toThrow(
      'expected a component for each package, got none for a@2.0.0, c@1.0.0',
    );
  });
});
