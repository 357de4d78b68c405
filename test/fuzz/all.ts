import { answers } from './answers.ts';
import { handlers } from './handlers.ts';
import { parsers } from './parsers.ts';
import { scripts } from './scripts.ts';
import type { Target } from './target.ts';

/** All targets. */
export const TARGETS: readonly Target[] = [...parsers, ...handlers, ...answers, ...scripts];
