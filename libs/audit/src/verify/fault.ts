/** The first thing that is not as it must be, and where. */
export interface Fault {
  readonly log: string;
  readonly partition: number;
  /** Null when it concerns a whole partition. */
  readonly position: number | null;
  readonly what: string;
}

export const faultText = ({ log, partition, position, what }: Fault): string =>
  `${log}/${partition}${position === null ? '' : ` position ${position}`}: ${what}`;
