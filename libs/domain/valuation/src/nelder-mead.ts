/**
 * Least point of a function of a few variables by the simplex of Nelder and Mead (1965), with the usual factors 1, 2, 1/2, 1/2.
 * Deterministic; a loss of NaN counts as infinitely bad. Ends when the simplex's losses differ by less than `tolerance` of the
 * least, or after `steps` evaluations.
 */
export function nelderMead(
  loss: (x: Float64Array) => number,
  start: Float64Array,
  spread: Float64Array,
  steps: number,
  tolerance: number,
): Float64Array {
  const n = start.length;
  const cost = (x: Float64Array) => {
    const value = loss(x);
    return Number.isNaN(value) ? Infinity : value;
  };
  const simplex: { x: Float64Array; f: number }[] = [{ x: Float64Array.from(start), f: cost(start) }];
  for (let i = 0; i < n; i++) {
    const x = Float64Array.from(start);
    x[i] = (x[i] as number) + (spread[i] as number);
    simplex.push({ x, f: cost(x) });
  }
  let spent = n + 1;
  const byLoss = (p: { f: number }, q: { f: number }) => p.f - q.f;
  simplex.sort(byLoss);
  const between = (centre: Float64Array, x: Float64Array, factor: number) => {
    const made = centre.map((c, i) => c + factor * ((x[i] as number) - c));
    spent += 1;
    return { x: made, f: cost(made) };
  };
  while (spent < steps) {
    const best = simplex[0] as { x: Float64Array; f: number };
    const worst = simplex[n] as { x: Float64Array; f: number };
    if (worst.f - best.f <= tolerance * Math.abs(best.f)) break;
    const centre = new Float64Array(n);
    for (let j = 0; j < n; j++)
      for (let i = 0; i < n; i++) centre[i] = (centre[i] as number) + (simplex[j]?.x[i] as number) / n;
    const reflected = between(centre, worst.x, -1);
    if (reflected.f < best.f) {
      const expanded = between(centre, worst.x, -2);
      simplex[n] = expanded.f < reflected.f ? expanded : reflected;
    } else if (reflected.f < (simplex[n - 1] as { f: number }).f) {
      simplex[n] = reflected;
    } else {
      const contracted = between(centre, reflected.f < worst.f ? reflected.x : worst.x, 0.5);
      if (contracted.f < Math.min(reflected.f, worst.f)) {
        simplex[n] = contracted;
      } else {
        for (let j = 1; j <= n; j++) simplex[j] = between(best.x, (simplex[j] as { x: Float64Array }).x, 0.5);
      }
    }
    simplex.sort(byLoss);
  }
  return (simplex[0] as { x: Float64Array }).x;
}
