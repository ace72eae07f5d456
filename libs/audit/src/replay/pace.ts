import { invariant, type Instant } from '@ballast/kernel';

interface Waiting {
  readonly clearing: Instant;
  readonly goOn: () => void;
}

/**
 * Keeps replays that read each other at one clearing time: one at a time goes on, the one that is furthest behind. So a page that one of
 * them reads is still there when the others come to it, and is taken apart once for all.
 */
export class Pace {
  readonly #waiting: Waiting[] = [];

  /** @param going how many there are; each says where it is before it begins, and that it is done */
  constructor(private going: number) {}

  /** Resolves when nobody is further behind; undefined when that is so already. */
  reach(clearing: Instant): Promise<void> | undefined {
    if (this.going === 1 && this.#waiting.every((each) => clearing <= each.clearing)) return undefined;
    return new Promise((goOn) => {
      this.#waiting.push({ clearing, goOn });
      this.#stop();
    });
  }

  /** Somebody is done, and goes on no more. */
  leave(): void {
    this.#stop();
  }

  #stop(): void {
    invariant(this.going > 0, 'more replays stop than were going on');
    this.going -= 1;
    if (this.going > 0 || this.#waiting.length === 0) return;
    let first = 0;
    for (const [index, { clearing }] of this.#waiting.entries()) {
      if (clearing < (this.#waiting[first] as Waiting).clearing) first = index;
    }
    const [next] = this.#waiting.splice(first, 1);
    this.going += 1;
    next?.goOn();
  }
}
