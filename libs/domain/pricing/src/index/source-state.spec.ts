import { BUNDLED_RULES } from '../rules/pricing-rules.fixtures.js';
import { judgeSource, type SourceRecord } from './source-state.js';

const NOW = 1_584_003_600_000;
const aSource = (overrides: Partial<SourceRecord> = {}): SourceRecord => ({
  state: 'LIVE',
  mid: '7900',
  fault: null,
  at: NOW,
  goodQuotes: 5,
  clampedSince: null,
  clampedUntil: null,
  unclampedSets: 0,
  ...overrides,
});
const minutes = (n: number): number => n * 60_000;

describe('the state of a source [CLR-PRC-001]', () => {
  it.each`
    source                                                                         | state        | why
    ${aSource({ state: null, goodQuotes: 1 })}                                     | ${'LIVE'}    | ${'a new source is live at once'}
    ${aSource({ at: NOW - 90_000 })}                                               | ${'LIVE'}    | ${'a quote exactly at the age limit counts'}
    ${aSource({ at: NOW - 90_001 })}                                               | ${'STALE'}   | ${'a millisecond older does not'}
    ${aSource({ fault: 'crossed' })}                                               | ${'CROSSED'} | ${'bid at or above ask'}
    ${aSource({ fault: 'malformed', mid: null })}                                  | ${'CROSSED'} | ${'no price at all'}
    ${aSource({ fault: 'crossed', at: NOW - 90_001 })}                             | ${'STALE'}   | ${'age is judged first'}
    ${aSource({ state: 'STALE', goodQuotes: 2 })}                                  | ${'STALE'}   | ${'two good quotes do not bring it back'}
    ${aSource({ state: 'STALE', goodQuotes: 3 })}                                  | ${'LIVE'}    | ${'three do'}
    ${aSource({ state: 'CROSSED', goodQuotes: 2 })}                                | ${'CROSSED'} | ${'the same after a crossed quote'}
    ${aSource({ state: 'CROSSED', goodQuotes: 3 })}                                | ${'LIVE'}    | ${'the same after a crossed quote'}
    ${aSource({ state: 'CROSSED', at: NOW - 90_001 })}                             | ${'STALE'}   | ${'and silence makes it stale'}
    ${aSource({ clampedSince: NOW - minutes(6), clampedUntil: NOW - minutes(1) })} | ${'LIVE'}    | ${'clamped for exactly five minutes'}
    ${aSource({ clampedSince: NOW - minutes(7), clampedUntil: NOW - minutes(1) })} | ${'OUTLIER'} | ${'clamped for longer'}
    ${aSource({ state: 'OUTLIER', unclampedSets: 2 })}                             | ${'OUTLIER'} | ${'two sets without clamp'}
    ${aSource({ state: 'OUTLIER', unclampedSets: 3 })}                             | ${'LIVE'}    | ${'three sets without clamp'}
    ${aSource({ state: 'EXCLUDED', goodQuotes: 3 })}                               | ${'LIVE'}    | ${'an exclusion that was lifted'}
  `('is $state: $why', ({ source, state }: { source: SourceRecord; state: string }) => {
    expect(judgeSource(source, NOW, BUNDLED_RULES.source, BUNDLED_RULES).state).toBe(state);
  });

  it('is EXCLUDED, and says why, as long as the rules exclude it, whatever it quotes', () => {
    const excluded = { ...BUNDLED_RULES.source, excludedBecause: 'disputed volumes' };
    expect(judgeSource(aSource(), NOW, excluded, BUNDLED_RULES)).toEqual({
      state: 'EXCLUDED',
      reason: 'excluded by rule: disputed volumes',
    });
  });
});
