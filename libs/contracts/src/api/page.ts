import { z } from 'zod';
import { count } from '../fields.js';
import { instant } from './times.js';

/** How much of which log partition stands behind an answer. */
export const asOf = z
  .strictObject({
    clearing: instant.meta({ description: 'Newest clearing time that the answer contains, RFC 3339 UTC.' }),
    positions: z.record(z.string(), count).meta({
      description:
        'Up to where each log partition was applied that the answer was made from, by `<log>/<partition>`; -1 is the global one, 0 stands for nothing yet.',
      example: { 'accounts/3': 17, 'margin/3': 105 },
    }),
  })
  .meta({ id: 'AsOf', description: 'Which events an answer contains.' });
export type AsOf = z.infer<typeof asOf>;

/** No page of any list has more. */
const MOST_OF_PAGE = 1_000;

/** A part of a list, in the one form that every list of the interface has. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
  readonly asOf: AsOf;
}

/** Form of a page. @param more what a list says beside its items */
export const pageOf = <Item extends z.ZodType, More extends z.ZodRawShape = Record<never, never>>(
  name: string,
  description: string,
  item: Item,
  more = {} as More,
) =>
  z
    .strictObject({
      items: z.array(item).max(MOST_OF_PAGE),
      next: z
        .string()
        .nullable()
        .meta({ description: '`after` of the next page; null: there is nothing behind this.' }),
      asOf,
      ...more,
    })
    .meta({ id: name, description });

const AFTER = '`next` of the page before; absent for the first page.';

/** `next` is the position of the last item. */
const positionCursor = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, { error: 'write the `next` of the page before' })
  .optional()
  .meta({ description: AFTER });

/** `next` is what the last item is known by, with what it is sorted by where that changes. */
const keyCursor = z.string().min(1).max(400).optional().meta({ description: AFTER });

export const pageLimit = (most: number, usual: number) =>
  z
    .int()
    .min(1)
    .max(most)
    .default(usual)
    .meta({ description: `Most items of a page, up to ${most}.` });

/** What a list in the order of a log is asked for. */
export const pageByPosition = (most: number, usual: number) => ({
  after: positionCursor,
  limit: pageLimit(most, usual),
});

/** What a list is asked for whose items are known by names, or sorted by figures which change. */
export const pageByKey = (most: number, usual: number) => ({ after: keyCursor, limit: pageLimit(most, usual) });

/** For a table on a screen, which is entered anywhere. */
export const skipped = z.int().nonnegative().default(0).meta({
  description:
    'How many items are passed over, for a table that is entered anywhere. What a reader passes over so is of one moment: only page by page with `after` does he meet everything.',
});

const MOST_LISTED = 500;

/** What a list in the order of ids is asked for. */
export const listQuery = z.strictObject(pageByKey(MOST_LISTED, 100)).meta({ id: 'ListQuery' });

/** What a list in the order of a partition is asked for. */
export const positionListQuery = z.strictObject(pageByPosition(MOST_LISTED, 100)).meta({ id: 'PositionListQuery' });
