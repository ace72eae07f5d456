// A thread that sweeps its part of a book whenever it is woken. It gets all it needs by message, so that it runs without a build.
import { workerData } from 'node:worker_threads';

const { module, memory, control, addresses, part } = workerData;
const { sweep } = new globalThis.WebAssembly.Instance(module, { env: { memory } }).exports;
const [ROUND, LEFT] = [0, 1];

// Says that it is ready by the same count that ends a round.
for (let round = 0; ; round += 1) {
  if (Atomics.sub(control, LEFT, 1) === 1) Atomics.notify(control, LEFT);
  Atomics.wait(control, ROUND, round);
  if (Atomics.load(control, ROUND) < 0) break;
  sweep(...addresses, part.from, part.to);
}
