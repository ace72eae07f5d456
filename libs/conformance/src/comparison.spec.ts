import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dec } from '@ballast/kernel';
import { differences } from './comparison.js';
import { toleranceOf } from './tolerance.js';

const passes = (expected: unknown, actual: unknown, tolerance: unknown): boolean =>
  differences({ figure: expected }, { figure: actual }, toleranceOf(tolerance)).length === 0;

describe('a figure of ours is held against the expected one', () => {
  it.each([
    ['exact', { rule: 'exact' }, '45', dec('45.000'), true],
    ['exact to the last of many digits', { rule: 'exact' }, '0.1', dec('0.1000000000000000000000000001'), false],
    ['exact where nothing is said', undefined, '45', dec('45.1'), false],
    ['truncated toward zero', { rule: 'truncate toward zero to an integer, then equal' }, '880', dec('880.99'), true],
    ['truncated toward zero below zero', { rule: 'truncate toward zero to an integer' }, '-168', dec('-168.9'), true],
    ['not rounded', { rule: 'truncate toward zero to an integer' }, '881', dec('880.99'), false],
    ['truncated to decimals', { rule: 'truncate to 4 decimals' }, '0.5366', dec('0.53669'), true],
    ['truncated to decimals, next', { rule: 'truncate to 4 decimals' }, '0.5366', dec('0.5367'), false],
    ['truncation of an expected zero', 'truncate toward zero to an integer', '0', dec('-0.9'), true],
    ['relative, at the border', { relative: '0.01' }, '-100', dec('-101'), true],
    ['relative, past the border', { relative: '0.01' }, '-100', dec('-101.0000001'), false],
    ['absolute, at the border', { absolute: '0.01' }, '-24.33', dec('-24.32'), true],
    ['absolute, past the border', { absolute: '0.01' }, '-24.33', dec('-24.319'), false],
    ['either distance', { absolute: '0.001', relative: '0.01' }, '100', dec('100.9'), true],
    ['a text of either', 'absolute or relative 1e-6', '0', dec('0.0000009'), true],
    ['a text of either, past both', 'absolute or relative 1e-6', '0', dec('0.0000011'), false],
    ['a text of one', 'relative 1e-8', '1000000000', dec('1000000010'), true],
    ['a text of two', 'relative 1e-8 or absolute 0.5', '100', dec('100.5'), true],
    ['a text of two, past both', 'relative 1e-8 or absolute 0.5', '100', dec('100.51'), false],
    ['a rule in an object', { rule: 'absolute 0.5' }, '1', dec('1.5'), true],
    ['text figures of ours', { rule: 'exact' }, '1e3', '1000', true],
    ['whole numbers of ours', { rule: 'exact' }, '7', 7, true],
    ['a number as expected', { rule: 'exact' }, 7, dec(7), true],
    ['negative zero', { rule: 'exact' }, '0', dec('-0'), true],
    ['a tag where a figure belongs', { rule: 'exact' }, '7', 'none', false],
    ['nothing where a figure belongs', { absolute: '9' }, '7', undefined, false],
    ['no number', { absolute: '9' }, '7', dec(NaN), false],
    ['infinite', { absolute: '9' }, '7', Infinity, false],
  ])('%s', (_why, tolerance, expected, actual, outcome) => {
    expect(passes(expected, actual, tolerance)).toBe(outcome);
  });

  it('cutting digits off never depends on those cut off', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1_000_000, max: 1_000_000 }).filter((n) => n !== 0),
        fc.nat({ max: 999 }),
        (whole, tail) => {
          const figure = dec(`${whole}.${String(tail).padStart(3, '0')}`);
          expect(passes(String(whole), figure, 'truncate toward zero to an integer')).toBe(true);
        },
      ),
    );
  });
});

describe('whatever else a case expects', () => {
  it.each([
    ['a tag', 'release', 'release', true],
    ['another tag', 'release', 'none', false],
    ['yes', true, true, true],
    ['yes is no tag', true, 'true', false],
    ['nothing expected and nothing said', null, undefined, true],
    ['nothing expected', null, dec(0), false],
    ['a list', ['1', '2'], [dec(1), dec(2)], true],
    ['a list in order', ['1', '2'], [dec(2), dec(1)], false],
    ['a longer list', ['1'], [dec(1), dec(2)], false],
    ['no list', ['1'], dec(1), false],
    ['an object: only named fields', { a: '1' }, { a: dec(1), b: dec(9) }, true],
    ['no object', { a: '1' }, dec(1), false],
  ])('%s', (_why, expected, actual, outcome) => {
    expect(passes(expected, actual, undefined)).toBe(outcome);
  });

  it('a difference names the place, what was expected and what is', () => {
    const expected = [{ paid: { one: '5' } }, { pnl: ['1', '2'] }];
    const actual = [{ paid: { one: dec('5.5') } }, { pnl: [dec(1)] }];
    expect(differences(expected, actual, toleranceOf(undefined), 'actions')).toEqual([
      { field: 'actions[0].paid.one', expected: '5', actual: '5.5' },
      { field: 'actions[1].pnl.length', expected: '2', actual: '1' },
    ]);
  });
});

describe('a tolerance by field', () => {
  const stated = {
    'maintenanceMargin, initialMargin': 'relative 1e-8',
    scenarioPnl: { absolute: '0.5' },
    'other figures': 'exact',
  };

  it.each([
    ['the first of several names', { maintenanceMargin: '100' }, { maintenanceMargin: dec('100.000001') }, true],
    ['the second of several names', { initialMargin: '100' }, { initialMargin: dec('100.00001') }, false],
    ['each entry of a list', { scenarioPnl: ['1', '2'] }, { scenarioPnl: [dec('1.5'), dec('2.5')] }, true],
    ['each entry of a list, past it', { scenarioPnl: ['1'] }, { scenarioPnl: [dec('1.51')] }, false],
    ['the rest', { mtm: '1' }, { mtm: dec('1.0000001') }, false],
  ])('%s', (_why, expected, actual, outcome) => {
    expect(differences(expected, actual, toleranceOf(stated)).length === 0).toBe(outcome);
  });

  it.each([
    'about right',
    'relative',
    'absolute 1 or 2',
    { rule: 'roughly' },
    { margin: 'roughly' },
    { margin: 5 },
    7,
    null,
  ])('a rule that is not known is refused: %j', (unknown) => {
    expect(() => toleranceOf(unknown)).toThrow('tolerance: no such rule');
  });
});
