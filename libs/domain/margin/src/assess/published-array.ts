import { dec, ONE, type Decimal } from '@ballast/kernel';
import { type RiskArray } from '@ballast/margin-models';
import { floatOf, floatOfNumeral } from '@ballast/risk-schedule';

/**
 * A published risk array as models read it: per unit of the underlying, and of an option whose delivery price is being
 * averaged only what the average has not fixed yet. Numerals are read when a scenario is asked for.
 */
export class PublishedArray implements RiskArray {
  readonly #decimals = new Map<number, Decimal>();
  readonly #asPublished: boolean;

  /**
   * @param values numerals per contract and at full risk, by place
   * @param places of the scenarios
   * @param unmoved id of the scenario without any move
   * @param openShare of the risk, 1 before the averaging window
   * @param contractSize units of the underlying
   */
  constructor(
    private readonly values: readonly string[],
    private readonly places: ReadonlyMap<string, number>,
    private readonly unmoved: string | undefined,
    private readonly openShare: Decimal,
    private readonly contractSize: Decimal,
  ) {
    this.#asPublished = openShare.eq(ONE) && contractSize.eq(ONE);
  }

  get(scenarioId: string): Decimal | undefined {
    const place = this.places.get(scenarioId);
    if (place === undefined) return undefined;
    const known = this.#decimals.get(place);
    if (known !== undefined) return known;
    const read = this.#read(place);
    this.#decimals.set(place, read);
    return read;
  }

  floatOf(scenarioId: string): number | undefined {
    if (!this.#asPublished) {
      const value = this.get(scenarioId);
      return value === undefined ? undefined : floatOf(value);
    }
    const place = this.places.get(scenarioId);
    return place === undefined ? undefined : floatOfNumeral(this.#numeral(place));
  }

  #numeral(place: number | undefined): string {
    return (place === undefined ? undefined : this.values[place]) ?? '0';
  }

  #read(place: number): Decimal {
    const published = dec(this.#numeral(place));
    if (this.#asPublished) return published;
    const unmoved = dec(this.#numeral(this.places.get(this.unmoved ?? '')));
    const moved = this.openShare.eq(ONE) ? published : unmoved.plus(published.minus(unmoved).times(this.openShare));
    return this.contractSize.eq(ONE) ? moved : moved.div(this.contractSize);
  }
}
