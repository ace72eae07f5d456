import { randomInt } from 'node:crypto';

/** Uniform in [0, 1) from a seed, so that a failing run can be repeated. */
export function drawsOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** The seed that the environment names, or a new one. Printed, so that it can be named. */
export function seedFrom(variable: string): number {
  const seed = Number(process.env[variable] ?? randomInt(1_000_000));
  process.stderr.write(`${variable}=${seed}\n`);
  return seed;
}
