import type { EventView } from '@ballast/contracts';
import { placed } from './placed';

type Node = EventView['causes'][number];
const node = (place: string, cause: string | null, readBy: string | null = null) => ({ place, cause, readBy }) as Node;

describe('the tree of causes', () => {
  it('puts each event one deeper than what it followed from, and quotes in line with what read them', () => {
    const tree = placed([
      node('timer', null),
      node('quotes#3', 'timer'),
      node('quotes#2', 'timer', 'pricing#1'),
      node('pricing#1', 'quotes#3'),
      node('margin#7', 'pricing#1'),
      node('liquidation#1', 'margin#7'),
      node('margin#8', 'pricing#1'),
    ]);
    expect(tree.map(({ depth, parent }) => [depth, parent])).toEqual([
      [0, -1],
      [1, 0],
      [2, 3],
      [2, 1],
      [3, 3],
      [4, 4],
      [3, 3],
    ]);
  });
});
