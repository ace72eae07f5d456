import { wallClockFrom } from './wall-clock.js';

describe('clearing time by the wall [CLR-PRC-013]', () => {
  it('goes on from a moment by what has passed, in whole milliseconds', () => {
    let wall = 5.5;
    const clock = wallClockFrom(1_000, () => wall);
    expect(clock()).toBe(1_000);
    wall += 1_000.9;
    expect(clock()).toBe(2_000);
    wall += 0.2;
    expect(clock()).toBe(2_001);
  });
});
