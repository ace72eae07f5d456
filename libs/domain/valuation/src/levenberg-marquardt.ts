/**
 * Least sum of squares by Levenberg and Marquardt with a forward-difference Jacobian. Deterministic; stops after `steps`
 * accepted or refused steps, or when a step gains less than 1e-12 of the loss.
 * @param residuals writes `count` residuals for the parameters it is given
 */
export function levenbergMarquardt(
  residuals: (x: Float64Array, out: Float64Array) => void,
  start: Float64Array,
  count: number,
  steps: number,
): Float64Array {
  const n = start.length;
  let x = Float64Array.from(start);
  let r = new Float64Array(count);
  let trial = new Float64Array(count);
  const jacobian = Array.from({ length: n }, () => new Float64Array(count));
  const normal = new Float64Array(n * n);
  const gradient = new Float64Array(n);
  residuals(x, r);
  let loss = sumOfSquares(r);
  let damping = 1e-3;
  let stale = true;
  for (let step = 0; step < steps; step++) {
    if (stale) {
      for (let j = 0; j < n; j++) {
        const at = x[j] as number;
        const width = 1e-6 * Math.max(Math.abs(at), 0.1);
        x[j] = at + width;
        residuals(x, trial);
        x[j] = at;
        const column = jacobian[j] as Float64Array;
        for (let i = 0; i < count; i++) column[i] = ((trial[i] as number) - (r[i] as number)) / width;
      }
      for (let j = 0; j < n; j++) {
        gradient[j] = dot(jacobian[j] as Float64Array, r);
        for (let l = 0; l <= j; l++) {
          const entry = dot(jacobian[j] as Float64Array, jacobian[l] as Float64Array);
          normal[j * n + l] = entry;
          normal[l * n + j] = entry;
        }
      }
      stale = false;
    }
    const move = solveDamped(normal, gradient, n, damping);
    const next = Float64Array.from(x, (at, j) => at - (move[j] as number));
    residuals(next, trial);
    const reached = sumOfSquares(trial);
    if (reached < loss) {
      const gain = loss - reached;
      x = next;
      [r, trial] = [trial, r];
      loss = reached;
      damping = Math.max(damping * 0.2, 1e-12);
      stale = true;
      if (gain <= 1e-12 * loss) break;
    } else {
      damping *= 5;
      if (damping > 1e12) break;
    }
  }
  return x;
}

function sumOfSquares(r: Float64Array): number {
  const total = dot(r, r);
  return Number.isNaN(total) ? Infinity : total;
}

function dot(p: Float64Array, q: Float64Array): number {
  let total = 0;
  for (let i = 0; i < p.length; i++) total += (p[i] as number) * (q[i] as number);
  return total;
}

/** Solves (N + damping diag N) x = g by elimination with the largest pivot. */
function solveDamped(normal: Float64Array, gradient: Float64Array, n: number, damping: number): Float64Array {
  const rows = Array.from({ length: n }, (_, j) => {
    const row = new Float64Array(n + 1);
    for (let l = 0; l < n; l++) row[l] = normal[j * n + l] as number;
    row[j] = (row[j] as number) * (1 + damping) + 1e-14;
    row[n] = gradient[j] as number;
    return row;
  });
  for (let j = 0; j < n; j++) {
    let pivot = j;
    for (let l = j + 1; l < n; l++)
      if (Math.abs(rows[l]?.[j] as number) > Math.abs(rows[pivot]?.[j] as number)) pivot = l;
    const top = rows[pivot] as Float64Array<ArrayBuffer>;
    rows[pivot] = rows[j] as Float64Array<ArrayBuffer>;
    rows[j] = top;
    for (let l = j + 1; l < n; l++) {
      const row = rows[l] as Float64Array;
      const factor = (row[j] as number) / (top[j] as number);
      for (let c = j; c <= n; c++) row[c] = (row[c] as number) - factor * (top[c] as number);
    }
  }
  const x = new Float64Array(n);
  for (let j = n - 1; j >= 0; j--) {
    const row = rows[j] as Float64Array;
    let rest = row[n] as number;
    for (let c = j + 1; c < n; c++) rest -= (row[c] as number) * (x[c] as number);
    x[j] = rest / (row[j] as number);
  }
  return x;
}
