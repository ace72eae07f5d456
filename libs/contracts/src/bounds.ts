import { z } from 'zod';

/** An array of an answer that is no page, by what bounds it. @see docs/spec/lists.md */
export const boundedBy = <Item extends z.ZodType>(bound: Bound, item: Item) =>
  z.array(item).meta({ [BOUNDED_BY]: bound });

/** Says in the document of the interface what bounds an array. */
export const BOUNDED_BY = 'x-bounded-by';

/** What bounds arrays that are no pages. @see docs/spec/lists.md */
export const BOUNDS = [
  'account',
  'case',
  'decision',
  'documents',
  'event',
  'market',
  'partitions',
  'producers',
  'program',
  'question',
  'request',
  'span',
  'trade',
] as const;
export type Bound = (typeof BOUNDS)[number];
