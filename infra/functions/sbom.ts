import * as v from 'valibot';

const Component = v.looseObject({ 'bom-ref': v.string(), name: v.string() });
const Bom = v.looseObject({
  metadata: v.looseObject({ component: Component }),
  components: v.array(Component),
  dependencies: v.array(
    v.looseObject({ ref: v.string(), dependsOn: v.optional(v.array(v.string()), []) }),
  ),
});

/**
 * Returns the software bill of materials of the package: npm's, without the packages that only development needs.
 *
 * It has no serial number and no time, so that the same sources make the same package.
 *
 * @param bom  the output of `npm sbom --sbom-format cyclonedx`
 * @param ids  the packages that the bundles contain or the constructs import, as `name@version`
 * @throws {Error} when the bill does not list one of them
 * @see https://cyclonedx.org/docs/1.5/json/
 */
export const sbomOf = (bom: unknown, ids: ReadonlySet<string>) => {
  const { serialNumber: _, ...all } = v.parse(Bom, bom);
  const { timestamp: __, component, ...metadata } = all.metadata;
  const own = component['bom-ref'];
  const components = all.components.filter((one) => ids.has(one['bom-ref']));
  const listed = new Set(components.map((one) => one['bom-ref']));
  const missing = [...ids].filter((id) => !listed.has(id));
  if (missing.length > 0)
    throw new Error(`expected a component for each package, got none for ${missing.join(', ')}`);
  return {
    ...all,
    // npm names the component after the folder of the repository.
    metadata: { ...metadata, component: { ...component, name: own.replace(/@[^@]*$/, '') } },
    components,
    dependencies: all.dependencies
      .filter(({ ref }) => ref === own || listed.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((id) => listed.has(id)) })),
  };
};
