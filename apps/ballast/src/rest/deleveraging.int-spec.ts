import { accountDeleveraging, deleveragingQueue, deleveragingView } from '@ballast/contracts';
import type { AdlEvents } from '@ballast/facts';
import { openTestHouse, readEvents, type TestHouse } from './served-house.fixtures.js';

// The fall of 12 March with next to nothing in the fund.
let house: TestHouse;

beforeAll(async () => {
  house = await openTestHouse({
    seed: '6',
    from: '2020-03-12T10:00:00Z',
    to: '2020-03-12T10:42:00Z',
    accounts: 100,
    openingFund: '1',
  });
}, 240_000);

afterAll(() => house.close());

interface Told {
  readonly payload: AdlEvents['DeleveragingAnnounced'];
}

describe('deleveraging over REST [CLR-LIQ-041]', () => {
  it('is announced step by step, and stream, log and overview say the same', async () => {
    const { queues } = deleveragingView.parse((await house.get('/deleveraging')).body);
    expect(queues.length).toBeGreaterThan(0);
    const log = await house.session.house.logs.log('liquidation').read(-1, 0, 100_000);
    const announced = log.filter(({ type }) => type === 'DeleveragingAnnounced');
    const streamed = await readEvents(`${house.url}/deleveraging/announcements`, announced.length);
    expect(streamed.map(({ data }) => (data as unknown as Told).payload)).toEqual(
      announced.map(({ payload }) => payload),
    );
    const phases = new Map<string, string>();
    for (const { data } of streamed) {
      const { instrument, side, from, to } = (data as unknown as Told).payload;
      expect(from).toBe(phases.get(`${instrument} ${side}`) ?? 'off');
      phases.set(`${instrument} ${side}`, to);
    }
    expect(queues.map(({ instrument, side, phase }) => [`${instrument} ${side}`, phase])).toEqual(
      expect.arrayContaining([...phases]),
    );
    expect([...phases.values()].length).toBeGreaterThan(0);
  });

  it('shows the whole queue to a desk and his own places to an account', async () => {
    const whole = deleveragingQueue.parse((await house.get('/deleveraging/BTC-PERP/long?limit=1000')).body);
    expect(whole.items.map(({ place }) => place)).toEqual(whole.items.map((_, index) => index + 1));
    const needs = whole.items.filter(({ requirement }) => Number(requirement) > 0).map(({ need }) => Number(need));
    expect(needs).toEqual([...needs].sort((a, b) => b - a));
    const first = deleveragingQueue.parse((await house.get('/deleveraging/BTC-PERP/long?limit=1')).body);
    const after = encodeURIComponent(String(first.next));
    const second = deleveragingQueue.parse(
      (await house.get(`/deleveraging/BTC-PERP/long?after=${after}&limit=1`)).body,
    );
    expect([second.total, second.items]).toEqual([whole.total, whole.items.slice(1, 2)]);
    for (const { accountId, place } of whole.items) {
      const { body } = await house.get(`/accounts/${accountId}/deleveraging`);
      const own = accountDeleveraging.parse(body).positions.find(({ instrument }) => instrument === 'BTC-PERP');
      expect(own).toMatchObject({ side: 'short', place, of: whole.total });
    }
  });

  it('refuses what is not there', async () => {
    const refused = async (path: string) => {
      const { status, body } = await house.get(path);
      return [status, body.code];
    };
    expect(await refused('/deleveraging/DOGE-PERP/long')).toEqual([422, 'instrument-unknown']);
    expect(await refused('/deleveraging/BTC-PERP/sideways')).toEqual([400, 'request-malformed']);
    expect(await refused('/accounts/nobody.main/deleveraging')).toEqual([404, 'account-unknown']);
  });
});
