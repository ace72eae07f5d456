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
      items: z.array(item),
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

/** `next` is the number of items before it: such a list can be entered anywhere, and is made anew for every page. */
const rankCursor = z
  .int()
  .nonnegative()
  .default(0)
  .meta({ description: `${AFTER} How many items come before it.` });

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

/** What a list is asked for whose order is that of figures which change. */
export const pageByRank = (most: number, usual: number) => ({ after: rankCursor, limit: pageLimit(most, usual) });
