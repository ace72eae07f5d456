import { compareText } from '@ballast/kernel';

/**
 * Spreads partitions over the members of a group: each partition to one member, numbers of partitions differing by at
 * most one, and as many as possible left where they are.
 * @param claims what each member works on now
 */
export function assignTogether(
  claims: ReadonlyMap<string, readonly number[]>,
  partitions: number,
): ReadonlyMap<string, readonly number[]> {
  const members = [...claims.keys()].sort(
    (a, b) => (claims.get(b)?.length ?? 0) - (claims.get(a)?.length ?? 0) || compareText(a, b),
  );
  const least = Math.floor(partitions / members.length);
  // The larger shares go to those who have most, so that fewer partitions move.
  const shares = members.map((_, rank) => (rank < partitions % members.length ? least + 1 : least));
  const free = new Set(Array.from({ length: partitions }, (_, partition) => partition));
  const kept = members.map((member, rank) => {
    const keeps: number[] = [];
    for (const partition of [...(claims.get(member) ?? [])].sort((a, b) => a - b)) {
      if (keeps.length < (shares[rank] as number) && free.delete(partition)) keeps.push(partition);
    }
    return keeps;
  });
  const rest = [...free];
  return new Map(
    members.map((member, rank) => {
      const keeps = kept[rank] as number[];
      const gets = rest.splice(0, (shares[rank] as number) - keeps.length);
      return [member, [...keeps, ...gets].sort((a, b) => a - b)];
    }),
  );
}
