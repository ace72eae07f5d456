/** Something that is not as it must be, and where. */
export interface Fault {
  readonly log: string;
  /** Null when it concerns the whole log. */
  readonly partition: number | null;
  /** Null when it concerns a whole partition. */
  readonly position: number | null;
  readonly what: string;
}

export const faultText = ({ log, partition, position, what }: Fault): string =>
  `${log}${partition === null ? '' : `/${partition}`}${position === null ? '' : ` position ${position}`}: ${what}`;
