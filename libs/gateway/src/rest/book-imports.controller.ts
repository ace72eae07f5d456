import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import {
  bookNote,
  digestOfBook,
  faultsOfBook,
  MOST_FAULTS,
  ownersInParts,
  partsOf,
  type Book,
  type BookFault,
} from '@ballast/accounts-domain';
import * as contract from '@ballast/contracts';
import { CheckpointRejected, signedText } from '@ballast/event-log';
import { GLOBAL } from '@ballast/event-sourcing';
import { MARGIN_STATES, type ImportedStanding } from '@ballast/margin-domain';
import { compareText, dec } from '@ballast/kernel';
import { questions } from '@ballast/services';
import { asOfTold, CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { byName, pageByName } from './list-page.js';
import { Answers, InPath, InQuery, Takes, Write } from './open-api.js';
import { parsed, Problem } from './problem.js';
import { answered } from './what-if.js';
import { executedAs, writeHeaders, type AcceptedAnswer, type WriteHeaders } from './write-request.js';

/** An exchange brings its live book: one person with a signed file, another one approves, and all of it is booked or nothing. */
@ApiTags('book-imports')
@Controller('book-imports')
export class BookImportsController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get()
  @ApiOperation({ summary: 'The book that waits for a second person, and how others ended' })
  @InQuery(contract.listQuery)
  @Answers(
    200,
    contract.bookImportsPage,
    'A page of those that ended, in the order of ids; `open` is the one that waits',
  )
  async bookImports(@Query() query: unknown): Promise<object> {
    const wanted = byName(parsed(contract.listQuery, query, 'query'));
    const told = await this.clearing.tellFrom(questions.fund.bookImports, GLOBAL, this.clearing.partitions);
    const { open, ended } = told.answer;
    return { ...pageByName(ended, ({ importId }) => importId, wanted), asOf: asOfTold([told]), open };
  }

  @Post('checks')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Tells everything that is wrong with a book, or how its accounts would stand; nothing is kept of it',
  })
  @Takes(contract.bookCheckRequest)
  @Answers(200, contract.bookReport, 'What every partition says of it')
  async checkBook(@Body() body: unknown): Promise<contract.BookReport> {
    const { book } = parsed(contract.bookCheckRequest, body, 'body');
    const faults = await this.#faultsOf(book);
    return {
      digest: digestOfBook(book),
      accounts: book.accounts.length,
      positions: book.accounts.reduce((all, { positions }) => all + positions.length, 0),
      faults: [...faults],
      outlook: faults.length > 0 ? null : outlookOf(await this.#standings(book)),
    };
  }

  @Post()
  @ApiOperation({ summary: 'Brings a signed book in which nothing is wrong; X-Actor names the person' })
  @Write(contract.bookImportRequest, {
    status: 201,
    answers: contract.commandAnswers.BeginBookImport,
    says: 'It waits for a second person; nothing of it is booked',
    at: '/book-imports',
  })
  async bringBook(@Req() request: Request, @Body() body: unknown): Promise<AcceptedAnswer> {
    const headers = writeHeaders(request);
    const { book, signedBy, signature } = parsed(contract.bookImportRequest, body, 'body');
    const { accounts, ...head } = book;
    const digest = digestOfBook(book);
    assertSigned(bookNote(book.importId, digest), signedBy, signature);
    const { open, ended } = await this.clearing.ask(questions.fund.bookImports, GLOBAL, this.clearing.partitions);
    // Of a book that is here already the ids are taken, by itself: who sends it again brings what is missing of it.
    const come = open?.digest === digest ? open.parts.come : null;
    // Whoever sends a request again asks for the answer that is stored, whatever is wrong with the book since.
    const isAnswered = await this.clearing.isKnown(headers.id);
    if (!isAnswered && come === null && !ended.some(({ importId }) => importId === book.importId)) {
      const [fault, ...more] = await this.#faultsOf(book);
      if (fault !== undefined) {
        throw new Problem('import-faulty', `${fault.accountId ?? 'the book'}: ${fault.detail}; ${more.length} more`);
      }
    }
    const parts = partsOf(accounts);
    const begun = { ...head, digest, signedBy, signature, parts: parts.length };
    if (isAnswered || come === null) await this.#execute(headers, 'BeginBookImport', begun);
    for (const [index, part] of parts.entries()) {
      if (index < (come ?? 0)) continue;
      const id = `${headers.id}/${index + 1}`;
      const added = { importId: book.importId, part: index + 1, accounts: part };
      await this.#execute({ ...headers, id }, 'AddBookPart', added);
    }
    return { commandId: headers.id, outcome: 'accepted', data: { importId: book.importId } };
  }

  @Post(':importId/approvals')
  @ApiOperation({ summary: 'Approves it; X-Actor must be another person than who brought it' })
  @InPath('importId', contract.identifierForm)
  @Write(contract.bookImportApproval, {
    status: 202,
    answers: contract.commandAnswers.ApproveBookImport,
    says: 'Every partition opens its accounts with what they have',
    at: '/book-imports',
  })
  approveBookImport(
    @Req() request: Request,
    @Param('importId') importId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const approval = parsed(contract.bookImportApproval, body, 'body');
    const id = parsed(contract.identifierForm, importId, 'importId');
    return this.#execute(writeHeaders(request), 'ApproveBookImport', { importId: id, ...approval });
  }

  @Post(':importId/withdrawals')
  @ApiOperation({ summary: 'Gives it up; X-Actor names the person' })
  @InPath('importId', contract.identifierForm)
  @Write(contract.bookImportWithdrawal, {
    status: 201,
    answers: contract.commandAnswers.WithdrawBookImport,
    says: 'Its account ids are free again',
    at: '/book-imports',
  })
  withdrawBookImport(
    @Req() request: Request,
    @Param('importId') importId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const withdrawal = parsed(contract.bookImportWithdrawal, body, 'body');
    const id = parsed(contract.identifierForm, importId, 'importId');
    return this.#execute(writeHeaders(request), 'WithdrawBookImport', { importId: id, ...withdrawal });
  }

  /** Asks every partition about the accounts that would be its own, so many at a time. */
  async #faultsOf(book: Book): Promise<readonly BookFault[]> {
    const at = this.clearing.clearing;
    const judged = await Promise.all(
      this.clearing.numbers.map((partition) =>
        Promise.all(
          partsOf(this.#accountsIn(partition, book)).map((part) =>
            this.clearing.ask(questions.accounts.judgeImported, partition, part, at),
          ),
        ),
      ),
    );
    return faultsOfBook(book, judged.flat()).slice(0, MOST_FAULTS);
  }

  /** One part after the other: what is costly has its turn behind others, and only so much of it may wait. */
  async #standings(book: Book): Promise<readonly ImportedStanding[]> {
    const standings: ImportedStanding[] = [];
    for (const partition of this.clearing.numbers) {
      for (const part of ownersInParts(this.#accountsIn(partition, book))) {
        standings.push(...(await answered(this.clearing.ask(questions.margin.assessImported, partition, part))));
      }
    }
    return standings;
  }

  #accountsIn(partition: number, { accounts }: Book): Book['accounts'] {
    return accounts.filter(({ accountId }) => this.clearing.partitionOf(accountId) === partition);
  }

  #execute(headers: WriteHeaders, type: string, body: object): Promise<AcceptedAnswer> {
    return executedAs(headers, this.clearing, { log: 'accounts', partition: GLOBAL, type, body });
  }
}

/** Worst first, within a state in the order of ids. */
function outlookOf(standings: readonly ImportedStanding[]): contract.BookOutlook {
  const states = Object.fromEntries(MARGIN_STATES.map((state) => [state, 0])) as contract.BookOutlook['states'];
  const told: contract.BookOutlook['accounts'] = [];
  let overordered = 0;
  for (const { accountId, state, figures, orders, headroom } of standings) {
    if (state === null || figures === null) continue;
    states[state] += 1;
    const isOverordered = state === 'HEALTHY' && headroom !== null && dec(headroom).isNegative();
    if (isOverordered) overordered += 1;
    if (isOverordered || state !== 'HEALTHY') told.push({ accountId, state, figures, orders, headroom });
  }
  const rank = ({ state }: (typeof told)[number]): number => MARGIN_STATES.indexOf(state);
  told.sort((a, b) => rank(b) - rank(a) || compareText(a.accountId, b.accountId));
  return {
    states,
    overordered,
    unpriced: standings.filter(({ state }) => state === null).length,
    accounts: told.slice(0, MOST_FAULTS),
  };
}

/** @throws Problem when the key did not sign the note */
function assertSigned(note: string, signedBy: string, signature: string): void {
  try {
    signedText(`${note}\n${signature}\n`, signedBy, 'this book');
  } catch (error) {
    if (error instanceof CheckpointRejected) throw new Problem('import-not-signed', error.message);
    throw error;
  }
}
