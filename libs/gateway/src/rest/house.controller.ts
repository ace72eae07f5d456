import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import * as contract from '@ballast/contracts';
import { GLOBAL } from '@ballast/event-sourcing';
import { NotStored, questions } from '@ballast/services';
import { asOfTold, CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { houseBacklog } from './house-backlog.js';
import { byPosition, cutPage } from './list-page.js';
import { Answers, InPath, InQuery } from './open-api.js';
import { parsed } from './problem.js';

/** What concerns everybody: prices, the fund, the partitions. */
@ApiTags('house')
@Controller()
export class HouseController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get('markets')
  @ApiOperation({ summary: 'Index, mark, funding and scalar of every underlying over time, with its sources now' })
  @InQuery(contract.pastQuery)
  @Answers(200, contract.marketsView, 'From the logs; decimated with least and greatest kept')
  markets(@Query() query: unknown): Promise<object> {
    return this.clearing.history.markets(parsed(contract.pastQuery, query, 'query').at);
  }

  @Get('instruments')
  @ApiOperation({ summary: 'Listed contracts with their terms, and whether anything may trade in them' })
  @InQuery(contract.instrumentsQuery)
  @Answers(200, contract.instrumentsPage, 'A page')
  async instruments(@Query() query: unknown): Promise<object> {
    const { limit, ...asked } = parsed(contract.instrumentsQuery, query, 'query');
    const told = await this.clearing.tellFrom(questions.pricing.instruments, GLOBAL, wanted(asked, limit));
    return { ...cutPage(told.answer, limit, idOf), asOf: asOfTold([told]) };
  }

  @Get('prices')
  @ApiOperation({ summary: 'Prices that margin works with, of the newest price set' })
  @InQuery(contract.instrumentsQuery)
  @Answers(200, contract.pricesPage, 'A page')
  async prices(@Query() query: unknown): Promise<object> {
    const { limit, ...asked } = parsed(contract.instrumentsQuery, query, 'query');
    const [told, schedule] = await Promise.all([
      this.clearing.tellFrom(questions.pricing.prices, GLOBAL, wanted(asked, limit)),
      this.clearing.tellFrom(questions.margin.underlyings, 0),
    ]);
    const { prices, priceSets, at } = told.answer;
    const status = new Map(schedule.answer.map((each) => [each.underlying, each.status]));
    const page = cutPage(prices, limit, idOf);
    return {
      ...page,
      items: page.items.map((each) => ({ ...each, status: status.get(each.underlying) ?? null })),
      asOf: asOfTold([told, schedule]),
      ...{ priceSets, at },
    };
  }

  @Get('surfaces/:underlying')
  @ApiOperation({
    summary: 'Volatility surfaces of an underlying: smiles, gates against arbitrage, options priced on them',
  })
  @InPath('underlying', contract.underlyingForm)
  @InQuery(contract.pastQuery)
  @Answers(200, contract.surfacesView, 'From the logs; none where no option is listed')
  surfaces(@Param('underlying') underlying: string, @Query() query: unknown): Promise<object> {
    const at = parsed(contract.pastQuery, query, 'query').at;
    return this.clearing.history.surfaces(parsed(contract.underlyingForm, underlying, 'underlying'), at);
  }

  @Get('fund')
  @ApiOperation({ summary: 'The insurance fund: balance, flows by cause, and each of them' })
  @InQuery(contract.pastPositionQuery)
  @Answers(200, contract.fundPage, 'A page from the logs, newest first')
  fund(@Query() query: unknown): Promise<object> {
    const { at, ...asked } = parsed(contract.pastPositionQuery, query, 'query');
    return this.clearing.history.fund(byPosition(asked), at);
  }

  @Get('system')
  @ApiOperation({ summary: 'Partitions of every log: owner, position, clearing time, what waits' })
  @Answers(200, contract.systemView, 'As of now')
  async system(): Promise<object> {
    const { clearing, partitions, absent, exchange } = await houseBacklog(this.clearing);
    if (exchange === null) throw new NotStored('the store does not say where the logs of the exchange end; ask again');
    return {
      clearing,
      partitions: partitions.map(({ log, partition, owner, position, clearing: at, backlog, lagSeconds }) => ({
        ...{ log, partition, owner, position, clearing: at, backlog, lagSeconds },
      })),
      absent,
      exchange,
      readModels: this.#readModels(absent.length > 0 ? null : partitions),
    };
  }

  /** @param standings null while not all are told */
  #readModels(standings: readonly { readonly position: number }[] | null): object {
    const { events, clearing } = this.clearing.picture();
    const written = standings?.reduce((sum, { position }) => sum + position, 0);
    return { clearing, events, waiting: written === undefined ? null : Math.max(0, written - events) };
  }
}

interface AskedInstruments {
  readonly after?: string | undefined;
  readonly underlying?: string | undefined;
}

/** One more than fits on the page: so it is known whether there is another. */
const wanted = ({ after, underlying }: AskedInstruments, limit: number) => ({
  after: after ?? null,
  underlying: underlying ?? null,
  limit: limit + 1,
});

const idOf = ({ instrument }: { readonly instrument: string }): string => instrument;
