import { SilenceWatch, watchPriceSets } from './market-watch.js';

const SECOND = 1_000;

describe('a clearing house to which nobody quotes [CLR-PRC-013]', () => {
  const watchFrom = (silentForMs: number | undefined) => {
    const wall = { ms: 50_000 };
    return {
      wall,
      watch: new SilenceWatch({ silentForMs, lifetimeMs: () => Promise.resolve(90 * SECOND), now: () => wall.ms }),
    };
  };

  it.each`
    silent                       | says                                   | why
    ${undefined}                 | ${null}                                | ${'there never was a price: margin refuses by itself'}
    ${0}                         | ${null}                                | ${'quoted just now'}
    ${90 * SECOND}               | ${null}                                | ${'exactly as old as a quote may be'}
    ${90 * SECOND + 1}           | ${'nothing was quoted for 90 seconds'} | ${'a moment longer'}
    ${600 * SECOND}              | ${'nothing was quoted for 10 minutes'} | ${''}
    ${6 * 365 * 86_400 * SECOND} | ${'nothing was quoted for 2190 days'}  | ${'prices of 2020'}
  `('silent for $silent ms says $says ($why)', async ({ silent, says }) => {
    const { watch } = watchFrom(silent as number | undefined);
    const trouble = await watch.trouble();
    if (says === null) expect(trouble).toBeNull();
    else expect(trouble).toContain(says as string);
  });

  it('grows old while it runs, and is well again with the next quote', async () => {
    const { watch, wall } = watchFrom(0);
    wall.ms += 91 * SECOND;
    expect(await watch.trouble()).not.toBeNull();
    watch.heard();
    expect(await watch.trouble()).toBeNull();
  });
});

describe('a live exchange', () => {
  it.each(['LIVE', 'DEGRADED', null] as const)('that prices %s is no trouble', async (status) => {
    expect(await watchPriceSets(() => ({ priceStatus: status, priceJumps: {} })).trouble()).toBeNull();
  });

  it('that prices HALT is', async () => {
    const watch = watchPriceSets(() => ({ priceStatus: 'HALT', priceJumps: {} }));
    expect(await watch.trouble()).toBe('prices are halted: too little was quoted lately');
  });

  it('says that all its sources jumped, and until when they are not believed [CLR-PRC-014]', async () => {
    const since = Date.parse('2020-03-12T10:00:00Z');
    const jump = { index: '7900000', first: '7900000', since, believedFrom: since + 600 * SECOND };
    const watch = watchPriceSets(() => ({ priceStatus: 'HALT', priceJumps: { BTC: jump } }));
    expect(await watch.trouble()).toBe(
      'prices are halted: all sources of BTC together make 7900000 USD, which is not believed before 2020-03-12T10:10:00Z',
    );
  });
});
