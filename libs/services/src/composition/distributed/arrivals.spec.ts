import { Arrivals } from './arrivals.js';

describe('waiting for arrivals', () => {
  it('is over at once when everything is there', async () => {
    expect(await new Arrivals().until(() => true, 0)).toBe(true);
  });

  it('is over for everybody whose condition holds with an arrival; the others go on waiting', async () => {
    const arrivals = new Arrivals();
    let arrived = 0;
    const one = arrivals.until(() => arrived >= 1, 60_000);
    const two = arrivals.until(() => arrived >= 2, 60_000);
    let isTwoOver = false;
    void two.then(() => (isTwoOver = true));
    arrived = 1;
    arrivals.notify();
    expect(await one).toBe(true);
    expect(isTwoOver).toBe(false);
    arrived = 2;
    arrivals.notify();
    expect(await two).toBe(true);
  });

  it('ends when nothing comes in time', async () => {
    expect(await new Arrivals().until(() => false, 1)).toBe(false);
  });
});
