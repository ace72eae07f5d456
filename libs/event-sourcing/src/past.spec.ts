import { RecentOutcomes, type PastForm } from './past.js';

const form: PastForm = {
  keysOf: ({ payload }) => [(payload as { id: string }).id],
  settled: ({ type, payload }) =>
    type === 'Booked' ? { key: (payload as { id: string }).id, outcome: 'yes' } : undefined,
};
const booked = (position: number) => ({ type: 'Booked', position, payload: { id: `id-${position}` } });
const asking = (id: string) => ({ log: 'transfers', type: 'Asked', payload: { id } });

const withOutcomes = (count: number): RecentOutcomes => {
  const recent = new RecentOutcomes(form, 0);
  for (let position = 1; position <= count; position++) recent.note(booked(position));
  return recent;
};

describe('what a machine remembers of ids [CLR-LOG-070]', () => {
  it('answers everything by itself until it has forgotten something', () => {
    const recent = withOutcomes(3);
    recent.note({ type: 'Seen', position: 4, payload: { id: 'id-9' } });
    expect([recent.of('id-2'), recent.of('id-9')]).toEqual(['yes', undefined]);
    expect(recent.unknown([asking('id-9')])).toEqual([]);
    expect(recent.knows(asking('id-9'))).toBe(true);
  });

  it('forgets the oldest, up to a position and down to so many, and then refuses to guess', () => {
    const recent = withOutcomes(5);
    recent.forget(4, 2);
    expect([recent.size, recent.after]).toEqual([2, 3]);
    recent.forget(3, 0);
    expect([recent.size, recent.after]).toEqual([2, 3]);
    expect(recent.of('id-4')).toBe('yes');
    expect(() => recent.of('id-3')).toThrow('nobody has looked for what was said of id-3');
    expect(() => recent.of('id-9')).toThrow('nobody has looked');
    expect(recent.unknown([asking('id-3'), asking('id-4'), asking('id-9'), asking('id-3')])).toEqual(['id-3', 'id-9']);
  });

  it('takes answers for the keys that were asked for, and for no others', () => {
    const recent = withOutcomes(3);
    recent.forget(3, 0);
    recent.answered(['id-1', 'id-9'], new Map([['id-1', 'yes']]));
    expect([recent.of('id-1'), recent.of('id-9')]).toEqual(['yes', undefined]);
    expect([recent.knows(asking('id-1')), recent.knows(asking('id-2'))]).toEqual([true, false]);
    // What is said meanwhile comes before what was found.
    recent.note({ type: 'Booked', position: 4, payload: { id: 'id-9' } });
    expect(recent.of('id-9')).toBe('yes');
    recent.answered(['id-2'], new Map());
    expect([recent.of('id-1'), recent.of('id-2'), recent.answers]).toEqual(['yes', undefined, 3]);
    expect(recent.unknown([asking('id-1'), asking('id-8')])).toEqual(['id-8']);
    recent.dropAnswers();
    expect(() => recent.of('id-1')).toThrow('nobody has looked');
  });

  it('does not take an id for new that was used and forgotten since it was searched for', () => {
    const recent = withOutcomes(3);
    recent.forget(3, 0);
    recent.answered(['id-4'], new Map());
    recent.note(booked(4));
    recent.forget(4, 0);
    expect(recent.knows(asking('id-4'))).toBe(false);
    expect(() => recent.of('id-4')).toThrow('nobody has looked');
  });

  it('of a machine that starts in the middle takes back what nobody else has', () => {
    const recent = new RecentOutcomes(form, 7);
    expect(() => recent.of('id-6')).toThrow('nobody has looked');
    recent.recall(5, [{ key: 'id-6', outcome: 'yes', position: 6 }]);
    expect([recent.of('id-6'), recent.after]).toEqual(['yes', 5]);
    const whole = new RecentOutcomes(form, 7);
    whole.recall(0, []);
    expect(whole.of('id-6')).toBeUndefined();
  });
});
