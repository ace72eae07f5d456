import { Module, type DynamicModule } from '@nestjs/common';
import type { ClearingMetrics } from '@ballast/observability';
import { RiskSurvey } from '../history/risk-survey.js';
import { AccountsController } from './accounts.controller.js';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import type { Closing } from './closing.js';
import { CorrectionsController } from './corrections.controller.js';
import { SuspenseController } from './suspense.controller.js';
import { DeleveragingController } from './deleveraging.controller.js';
import { DocumentsController } from './documents.controller.js';
import { EventsController } from './events.controller.js';
import { HouseModeController } from './house-mode.controller.js';
import { HouseController } from './house.controller.js';
import { DeskController } from './desk.controller.js';
import { DelistingsController } from './delistings.controller.js';
import { SettlementOverridesController } from './settlement-overrides.controller.js';
import { InstrumentHaltsController } from './instrument-halts.controller.js';
import { LiquidationsController } from './liquidations.controller.js';
import { MovementsController } from './movements.controller.js';
import { OrdersController } from './orders.controller.js';
import { AuctionsController } from './auctions.controller.js';
import { BookImportsController } from './book-imports.controller.js';
import { ReconciliationsController } from './reconciliations.controller.js';
import { presentHouse, SURVEY } from './present-house.js';
import { RiskController } from './risk.controller.js';
import { StatementsController } from './statements.controller.js';
import { StatusController } from './status.controller.js';
import { ExchangeModule } from './exchange/exchange.module.js';
import type { Intake } from './exchange/intake.js';
import { ExplanationController } from './explanation.controller.js';
import { LogsController } from './logs.controller.js';
import { MarginEventsController } from './margin-events.controller.js';
import { OpenStreams, STREAMS } from './open-streams.js';
import { METRICS, OperationsController, READINESS, type Readiness } from './operations.controller.js';

export interface RestParts {
  readonly clearing: ClearingGateway;
  readonly metrics: ClearingMetrics;
  readonly readiness: Readiness;
  readonly closing: Closing;
  /** Takes the messages of an exchange outside; undefined when there is none. */
  readonly intake?: Intake | undefined;
}

/** The HTTP interface of a clearing house. */
@Module({})
export class RestModule {
  static over({ clearing, metrics, readiness, closing, intake }: RestParts): DynamicModule {
    return {
      module: RestModule,
      imports: [ExchangeModule.over(intake)],
      controllers: [
        AccountsController,
        MovementsController,
        OrdersController,
        EventsController,
        HouseController,
        HouseModeController,
        InstrumentHaltsController,
        SettlementOverridesController,
        DelistingsController,
        DeskController,
        LiquidationsController,
        AuctionsController,
        DeleveragingController,
        RiskController,
        StatusController,
        ExplanationController,
        StatementsController,
        DocumentsController,
        CorrectionsController,
        SuspenseController,
        ReconciliationsController,
        BookImportsController,
        LogsController,
        MarginEventsController,
        OperationsController,
      ],
      providers: [
        { provide: CLEARING, useValue: clearing },
        { provide: SURVEY, useValue: new RiskSurvey(presentHouse(clearing)) },
        { provide: METRICS, useValue: metrics },
        { provide: READINESS, useValue: readiness },
        { provide: STREAMS, useValue: new OpenStreams(closing) },
      ],
    };
  }
}
