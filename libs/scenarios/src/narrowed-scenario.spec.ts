import { instantOf } from '@ballast/kernel';
import type { Scenario } from '@ballast/exchange-simulator-domain';
import { narrowedScenario } from './narrowed-scenario.js';
import { ScenarioError } from './scenario-error.js';

const scenario: Scenario = {
  name: 'crash',
  warmUpFrom: null,
  from: instantOf('2020-03-11T00:00:00Z'),
  to: instantOf('2020-03-15T23:59:00Z'),
  priceSetEverySeconds: 60,
  openingFund: '5000000',
  bars: new Map(),
} as unknown as Scenario;

describe('a part of a scenario', () => {
  it('is the whole of it when nothing is said', () => {
    expect(narrowedScenario(scenario, {})).toEqual(scenario);
  });

  it('takes another start, end and fund', () => {
    const window = { from: '2020-03-12T09:00:00Z', to: '2020-03-12T13:00:00Z', openingFund: '50000.50' };
    expect(narrowedScenario(scenario, window)).toMatchObject({
      from: instantOf(window.from),
      to: instantOf(window.to),
      openingFund: '50000.50',
    });
  });

  it('takes other reactions and another answer to whether close-outs move prices, and keeps its own where nothing is said', () => {
    const own: Scenario = { ...scenario, reactions: 'absent', priceFeedback: true };
    expect(narrowedScenario(own, {})).toEqual(own);
    const changed = narrowedScenario(own, { reactions: 'attentive', priceFeedback: false });
    expect(changed).toMatchObject({ reactions: 'attentive', priceFeedback: false });
  });

  it.each([
    ['a start before the scenario', { from: '2020-03-10T23:59:59Z' }, /must lie in 2020-03-11T00:00:00/],
    ['an end behind it', { to: '2020-03-16T00:00:00Z' }, /must lie in/],
    ['an end before the start', { from: '2020-03-13T00:00:00Z', to: '2020-03-12T00:00:00Z' }, /in order/],
    ['half a price set', { from: '2020-03-12T00:00:30Z' }, /must be a multiple of 60 s apart/],
    ['no time', { from: 'noon' }, /from must be a time such as/],
    ['a fund in words', { openingFund: 'a million' }, /must be an amount in USD/],
    ['a negative fund', { openingFund: '-1' }, /must be an amount in USD/],
    ['a fund in tenths of a cent', { openingFund: '1.005' }, /must be an amount in USD/],
  ])('refuses %s', (_what, window, message) => {
    expect(() => narrowedScenario(scenario, window)).toThrow(ScenarioError);
    expect(() => narrowedScenario(scenario, window)).toThrow(message);
  });
});
