import { Body, Controller, Get, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import * as contract from '@ballast/contracts';
import { GLOBAL } from '@ballast/event-sourcing';
import { questions } from '@ballast/services';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { byName } from './list-page.js';
import { Answers, InPath, InQuery, Write } from './open-api.js';
import { parsed } from './problem.js';
import { executed, type AcceptedAnswer } from './write-request.js';

/** What neither the book nor liquidity providers took of positions in liquidation. */
@ApiTags('liquidations')
@Controller('auctions')
export class AuctionsController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get()
  @ApiOperation({ summary: 'Auctions that are under way, and what each gives at present' })
  @InQuery(contract.listQuery)
  @Answers(200, contract.auctionsView, 'A page, in the order of ids')
  auctions(@Query() query: unknown): Promise<object> {
    const wanted = byName(parsed(contract.listQuery, query, 'query'));
    return this.clearing.listPage(
      questions.deleveraging.auctions,
      GLOBAL,
      wanted,
      (item) => item.auctionId,
      this.clearing.clearing,
    );
  }

  @Post(':auctionId/bids')
  @ApiOperation({ summary: 'Bids; `data.discount` says at which discount it was taken down' })
  @InPath('auctionId', contract.identifierForm)
  @Write(contract.bidRequest, {
    status: 201,
    answers: contract.commandAnswers.BidInAuction,
    says: 'Taken down; margin judges the bidder before anything is his',
    at: '/auctions',
  })
  async bid(
    @Req() request: Request,
    @Param('auctionId') auctionId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const asked = parsed(contract.bidRequest, body, 'body');
    const bid = { auctionId: parsed(contract.identifierForm, auctionId, 'auctionId'), ...asked };
    return executed(this.clearing, request, { log: 'liquidation', partition: GLOBAL, type: 'BidInAuction', body: bid });
  }
}
