import { exact } from '../format/amount';
import { duration } from '../format/time';
import type { Column } from './data-table';

/** What one source of an index said. */
interface Source {
  readonly venue: string;
  readonly state: string;
  readonly mid: string | null;
  readonly used: string | null;
  readonly at: number | null;
}

/** Source, status, its middle price and the part of it that was used. */
export const SOURCE_COLUMNS: readonly Column<Source>[] = [
  { name: 'Source', text: ({ venue }) => venue },
  { name: 'Status', text: ({ state }) => state, show: ({ state }) => (state === 'LIVE' ? '● LIVE' : `▲ ${state}`) },
  {
    name: 'Middle',
    unit: 'USD',
    isNumber: true,
    text: ({ mid }) => mid ?? '',
    show: ({ mid }) => (mid === null ? '–' : exact(mid)),
  },
  {
    name: 'Used',
    unit: 'USD',
    isNumber: true,
    text: ({ used }) => used ?? '',
    show: ({ used }) => (used === null ? 'not counted' : exact(used)),
  },
];

/** How old its quote is. @param now clearing time that the age is of */
export const ageColumn = (now: number): Column<Source> => ({
  name: 'Age',
  isNumber: true,
  text: ({ at }) => (at === null ? '' : duration(Math.max(0, now - at))),
});
