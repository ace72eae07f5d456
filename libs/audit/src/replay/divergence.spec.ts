import type { EventRow } from '@ballast/event-log';
import { EMPTY_HEAD, seal, type SealedEvent } from '@ballast/event-sourcing';
import { canonicalText } from '@ballast/kernel';
import { differenceOf, divergenceText, eventMissing, eventNotDecided, type Divergence } from './divergence.js';

const AT = Date.UTC(2020, 2, 12, 10, 25);

function decided(payload: unknown): SealedEvent {
  return seal(
    {
      log: 'margin',
      partition: 3,
      position: 7,
      id: '5f0c4c2e-0000-5000-8000-000000000000',
      stream: 'account-carol.main',
      version: 2,
      type: 'MarginCallIssued',
      schemaVersion: 1,
      time: { clearing: AT, hop: 2 },
      cause: { kind: 'event', log: 'margin', partition: -1, position: 4 },
      basis: [['margin', -1, 4]],
      correlation: 'event/margin/-1/4',
      actor: null,
      payload,
    },
    EMPTY_HEAD,
  );
}

/** The event as it stands in the log. */
function stored(payload: unknown): EventRow {
  const { time, cause, basis, payload: stored, ...event } = decided(payload);
  const texts = {
    causeText: canonicalText(cause),
    basisText: canonicalText(basis),
    payloadText: canonicalText(stored),
  };
  return { ...event, ...texts, clearing: time.clearing, hop: time.hop } as unknown as EventRow;
}

const replayed = {
  accountId: 'carol.main',
  figures: { call: '86.93', equity: '40' },
  positions: [{ mark: '100' }, { mark: '200', quantity: '1' }],
};

const difference = (logged: unknown): Divergence | undefined =>
  differenceOf({ log: 'margin', partition: 3 }, stored(logged), decided(replayed), { lines: [], replayed: [] });

describe('the first divergence of a replay', () => {
  it.each<[string, unknown, string, string | null, string | null]>([
    [
      'a changed value',
      { ...replayed, figures: { call: '52.91', equity: '40' } },
      'payload.figures.call',
      '52.91',
      '86.93',
    ],
    ['a missing field', { ...replayed, figures: { call: '86.93' } }, 'payload.figures.equity', null, '40'],
    ['an extra field', { ...replayed, note: 'odd' }, 'payload.note', 'odd', null],
    [
      'an element of a list',
      { ...replayed, positions: [{ mark: '100' }, { mark: '200', quantity: '2' }] },
      'payload.positions[1].quantity',
      '2',
      '1',
    ],
    [
      'a list that is too short',
      { ...replayed, positions: [{ mark: '100' }] },
      'payload.positions[1]',
      null,
      '{"mark":"200","quantity":"1"}',
    ],
    [
      'a list that is too long',
      { ...replayed, positions: [...replayed.positions, 5] },
      'payload.positions[2]',
      '5',
      null,
    ],
    [
      'a field of another kind',
      { ...replayed, figures: '86.93' },
      'payload.figures',
      '86.93',
      '{"call":"86.93","equity":"40"}',
    ],
    [
      'null for a value',
      { ...replayed, figures: { call: null, equity: '40' } },
      'payload.figures.call',
      'null',
      '86.93',
    ],
  ])('names the path and both values of %s', (_, logged, field, left, right) => {
    expect(difference(logged)).toEqual({
      log: 'margin',
      partition: 3,
      position: 7,
      type: 'MarginCallIssued',
      accountId: 'carol.main',
      at: AT,
      field,
      what: `${field} differs`,
      logged: left,
      replayed: right,
    });
  });

  it('is none for the same event', () => {
    expect(difference(replayed)).toBeUndefined();
  });

  it('is printed as the field with both values, then place, type, account and time', () => {
    const changed = difference({ ...replayed, figures: { call: '52.91', equity: '40' } }) as Divergence;
    expect(divergenceText(changed)).toBe(
      'payload.figures.call: log 52.91, replayed 86.93\n' +
        '  in margin/3#7  MarginCallIssued  carol.main  at 2020-03-12T10:25:00Z',
    );
    const missing = difference({ ...replayed, figures: { call: '86.93' } }) as Divergence;
    expect(divergenceText(missing)).toMatch(/^payload\.figures\.equity: log \(absent\), replayed 40\n/);
  });

  it('says of an event that only one side has what it is, and does not print it', () => {
    const place = 'in margin/3#7  MarginCallIssued  carol.main  at 2020-03-12T10:25:00Z';
    expect(divergenceText(eventMissing(decided(replayed)))).toBe(`an event is missing in the log\n  ${place}`);
    expect(divergenceText(eventNotDecided({ log: 'margin', partition: 3, position: 7 }, stored(replayed)))).toBe(
      `the log has an event that does not follow from its inputs\n  ${place}`,
    );
  });

  it('shortens a value that nobody can read in a line', () => {
    const long = difference({ ...replayed, note: 'x'.repeat(5_000) }) as Divergence;
    expect(divergenceText(long).split('\n')[0]?.length).toBeLessThan(250);
    expect(divergenceText(long)).toContain('(5000 characters)');
  });
});
