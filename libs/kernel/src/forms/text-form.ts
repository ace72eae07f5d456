/** What one kind of text must look like: the one answer for schemas, for readers in the domain and for the edges. */
export interface TextForm {
  /** What it is, in a word or two: `decimal >= 0`. */
  readonly title: string;
  readonly description?: string;
  /** Anchored at both ends, without the flags `g` and `y`, so that a test leaves no trace. */
  readonly pattern: RegExp;
  /** Most UTF-16 code units. */
  readonly longest: number;
  /** The pattern alone takes nothing longer: a parser need not look at the length. */
  readonly bounded?: true;
  /** What the sender of another text is told to do. */
  readonly remedy: string;
  /** A text of this form. */
  readonly example: string;
}

/** Whether a value is a text of the form. */
export function matches(form: TextForm, value: string): boolean;
export function matches(form: TextForm, value: unknown): value is string;
export function matches({ longest, pattern }: TextForm, value: unknown): boolean {
  return typeof value === 'string' && value.length <= longest && pattern.test(value);
}
