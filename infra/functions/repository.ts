import { fileURLToPath } from 'node:url';

/** Where this repository lies, or the package that was built of it; with `/` at the end. */
export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
