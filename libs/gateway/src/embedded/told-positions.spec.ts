import { ToldPositions } from './told-positions.js';

describe('up to where those who watch were told', () => {
  it('is where a partition stood at first, then its last entry that was appended, log by log', () => {
    const told = new ToldPositions([
      { log: 'margin', partition: -1, size: 4 },
      { log: 'margin', partition: 0, size: 7 },
      { log: 'accounts', partition: 0, size: 2 },
    ]);
    told.append([
      { log: 'margin', partition: 0, position: 8 },
      { log: 'margin', partition: 0, position: 9 },
      { log: 'exchange.fills', partition: 0, position: 1 },
    ]);
    expect([...told.of('margin')]).toEqual([
      [-1, 4],
      [0, 9],
    ]);
    expect([...told.of('accounts')]).toEqual([[0, 2]]);
    expect([...told.of('pricing')]).toEqual([]);
  });
});
