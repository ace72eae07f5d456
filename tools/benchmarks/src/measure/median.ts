/** Middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const inOrder = [...values].sort((a, b) => a - b);
  const middle = Math.floor(inOrder.length / 2);
  const upper = inOrder[middle];
  if (upper === undefined) throw new RangeError('no median of nothing');
  return inOrder.length % 2 === 1 ? upper : (upper + (inOrder[middle - 1] as number)) / 2;
}
