"""An exchange that Ballast clears, in a few hundred lines: the hour of 12 March 2020 in which Bitcoin fell by a quarter.

    python3 tools/connector/clear_an_hour.py --url http://127.0.0.1:8787

It lists two perpetuals and a chain of options, quotes them every minute, opens accounts, takes deposits, reserves margin for orders and fills them, asks for
two withdrawals (one is paid, one refused), cancels what it is asked to cancel, answers the close-out orders of an account that is
liquidated, and keeps books of its own. At the end the two are held against each other; a difference of a cent ends it with exit code
1. Ballast may be killed and started again meanwhile. With `--brokers` messages go over Kafka (pip install confluent-kafka).
"""

import argparse
import csv
import gzip
import json
import pathlib
import sys
import time
import urllib.request
from datetime import datetime
from decimal import Decimal, ROUND_FLOOR

from ballast_exchange import Ballast, LogReader, Producer, Refused
from ledger import Ledger, fee_of, is_option
from options import OPTION_LOT, OPTION_TICK, OptionChain

MINUTE = 60_000
VENUES = ["venue-a", "venue-b", "venue-c", "venue-d", "venue-e"]
TICK = {"BTC": Decimal("0.1"), "ETH": Decimal("0.01")}
LOT = {"BTC": "0.001", "ETH": "0.01"}
BARS = pathlib.Path(__file__).resolve().parents[2] / "apps/ballast/scenarios/crash-2020-03"
MAKER = "maker.main"
HOUR_MS = 60 * MINUTE
# So long it is waited for Ballast to show what was said.
AGREES_WITHIN_SECONDS = 120
# An account that may take no new risk, or could not bear this order.
NOT_ADMITTED = ("below-initial-requirement", "account-reduce-only")


def millis(text):
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


class Prices:
    """Hourly bars, and a way through each: open, after a third the first extreme, after three quarters the other, close."""

    def __init__(self, underlying):
        with gzip.open(BARS / f"{underlying.lower()}.csv.gz", "rt") as file:
            rows = list(csv.DictReader(file))
        self.tick = TICK[underlying]
        self.bars = {int(row["ts_ms"]): [Decimal(row[name]) for name in ("open", "high", "low", "close")] for row in rows}

    def at(self, moment):
        start = moment - moment % (HOUR_MS)
        first, high, low, last = self.bars[start]
        minute = Decimal(moment - start) / MINUTE
        path = [(0, first), (20, high), (45, low), (60, last)]
        for (begin, price), (end, then) in zip(path, path[1:]):
            if minute <= end:
                exact = price + (then - price) * (minute - begin) / (end - begin)
                return self.rounded(exact)
        return last

    def rounded(self, price):
        return (price / self.tick).to_integral_value(ROUND_FLOOR) * self.tick

    def history(self, until, hours):
        start = until - until % (HOUR_MS)
        times = [start - back * HOUR_MS for back in range(hours, 0, -1)]
        return [{"at": at + HOUR_MS, "price": str(self.bars[at][3])} for at in times]


class Exchange:
    def __init__(self, ballast, channel, begin, end, pause):
        self.ballast = ballast
        self.begin, self.end, self.pause = begin, end, pause
        self.prices = {name: Prices(name) for name in ("BTC", "ETH")}
        self.options = OptionChain(self.prices["BTC"])
        # When what Ballast prices by was quoted last.
        self.quoted_at = begin
        self.partitions = ballast.get("/exchange/producers")["partitions"]
        self.quotes = Producer(channel, "market-data", "hour-1")
        self.engine = Producer(channel, "matching-engine", "hour-1")
        self.liquidation = LogReader(ballast, "liquidation", self.partitions)
        self.bookings = LogReader(ballast, "accounts", self.partitions)
        self.margin = LogReader(ballast, "margin", self.partitions)
        self.ledger = Ledger()
        self.book = {}
        self.orders = 0
        self.reservations = {"held": 0, "refused": 0, "released": 0}
        self.cancelled = []
        self.outcomes = {}
        self.closed_out = []
        self.trades = 0

    # What the exchange says ------------------------------------------------------------------------------------------

    def list_contracts(self):
        at = self.begin
        self.quotes.say("MarketOpened", at, {"name": "an exchange of our own", "priceSetEverySeconds": 60})
        for name, prices in self.prices.items():
            history = prices.history(at, 48)
            self.quotes.say(
                "PriceHistorySupplied", at, {"underlying": name, "intervalMs": HOUR_MS, "closes": history}
            )
            specification = {
                "id": f"{name}-PERP",
                "contractSize": "1",
                "quoteAsset": "USD",
                "settlementAsset": "USD",
                "tick": str(TICK[name]),
                "lot": LOT[name],
                "cashStyle": "marked-to-market",
                "listedAt": "2020-03-11T00:00:00Z",
            }
            self.quotes.say("InstrumentListed", at, {"specification": specification})
        for name in self.options.ids:
            specification = {
                "id": name,
                "contractSize": "1",
                "quoteAsset": "USD",
                "settlementAsset": "USD",
                "tick": str(OPTION_TICK),
                "lot": OPTION_LOT,
                "cashStyle": "premium",
                "deliveryFee": {"rate": "0.00015", "capOfValue": "0.125"},
                "listedAt": "2020-03-11T00:00:00Z",
            }
            self.quotes.say("InstrumentListed", at, {"specification": specification})
        self.quotes.flush()

    def quote(self, at):
        for name, prices in self.prices.items():
            price, tick = prices.at(at), prices.tick
            bid, ask = str(price - tick), str(price + tick)
            venues = [{"venue": venue, "bid": bid, "ask": ask, "at": at} for venue in VENUES]
            self.quotes.say("VenueQuotesReceived", at, {"underlying": name, "quotes": venues})
            book = {"bestBid": bid, "bestAsk": ask, "impactBid": bid, "impactAsk": ask, "lastPrice": str(price)}
            self.quotes.say("PerpetualBookObserved", at, {"instrument": f"{name}-PERP", **book, "at": at})
        for coin in ("USDC", "USDT"):
            venues = [{"venue": venue, "bid": "0.9999", "ask": "1.0001", "at": at} for venue in VENUES]
            self.quotes.say("VenueQuotesReceived", at, {"underlying": coin, "quotes": venues})
        self.quotes.say("OptionChainQuoted", at, self.options.quotes(at))
        self.quotes.say("ClockTicked", at, {"at": at})
        self.quoted_at = at
        self.quotes.flush()

    def open(self, at, account_id, dollars):
        self.engine.say("AccountOpeningRequested", at, {"accountId": account_id})
        self.ledger.open(account_id)
        deposit = {"depositId": f"{account_id}/first", "accountId": account_id, "asset": "USD", "amount": str(dollars)}
        self.engine.say("DepositReceived", at, deposit)
        self.ledger.deposit(account_id, dollars)

    def price(self, instrument, at):
        """Middle of its book."""
        return self.options.at(instrument, at) if is_option(instrument) else self.prices[instrument[:3]].at(at)

    def tick(self, instrument):
        return OPTION_TICK if is_option(instrument) else TICK[instrument[:3]]

    def fee(self, instrument, liquidity, quantity, price):
        """By the index that Ballast has published."""
        return fee_of(instrument, liquidity, quantity, price, self.prices[instrument[:3]].at(self.quoted_at))

    def order(self, at, account_id, instrument, side, quantity, price, fills):
        """Margin is reserved, the order is accepted, so much of it is filled against the market maker at once; what is left stays
        in the book, or is cancelled when something was filled. An order that margin does not reserve for is none."""
        self.orders += 1
        order_id = f"o-{self.orders}"
        terms = {"instrument": instrument, "side": side, "quantity": str(quantity), "price": str(price)}
        if not self.reserve(account_id, f"r-{self.orders}", terms):
            return
        accepted = {"orderId": order_id, "accountId": account_id, **terms, "reservationId": f"r-{self.orders}"}
        self.engine.say("OrderAccepted", at, accepted)
        if fills:
            self.trade(at, account_id, instrument, side, fills, order_id)
            reason = "filled" if fills == quantity else "cancelled"
            self.close_order(at, account_id, order_id, reason, fills)
        else:
            self.book[order_id] = account_id

    def reserve(self, account_id, reservation_id, terms):
        wish = {"reservationId": reservation_id, **terms, "holdMs": HOUR_MS}
        try:
            self.ballast.post(f"/accounts/{account_id}/reservations", wish, f"reserve/{reservation_id}")
        except Refused as refused:
            if refused.code not in NOT_ADMITTED:
                raise
            self.reservations["refused"] += 1
            return False
        self.reservations["held"] += 1
        return True

    def release(self, account_id, reservation_id):
        path = f"/accounts/{account_id}/reservations/{reservation_id}/releases"
        self.ballast.post(path, {}, f"release/{reservation_id}")
        self.reservations["released"] += 1

    def close_order(self, at, account_id, order_id, reason, filled):
        closed = {"orderId": order_id, "accountId": account_id, "reason": reason, "filledQuantity": str(filled)}
        self.engine.say("OrderClosed", at, closed)

    def cancel(self, at, order_ids):
        """Takes orders out of the book; nothing of what rests there is filled."""
        for order_id in order_ids:
            account_id = self.book.pop(order_id, None)
            if account_id is not None:
                self.close_order(at, account_id, order_id, "cancelled", 0)
                self.cancelled.append(order_id)

    def trade(self, at, taker, instrument, side, quantity, order_id):
        """A client against the market maker: two fills of one trade."""
        self.trades += 1
        price = self.price(instrument, at)
        other = "sell" if side == "buy" else "buy"
        for account_id, own, liquidity, order in ((taker, side, "taker", order_id), (MAKER, other, "maker", None)):
            trade_id = f"trade-{self.trades}"
            self._fill(at, trade_id, account_id, instrument, own, quantity, price, liquidity, None, order)
            self.ledger.trade(account_id, instrument, own, quantity, price, self.fee(instrument, liquidity, quantity, price))

    def _fill(self, at, trade_id, account_id, instrument, side, quantity, price, liquidity, close_out, order=None):
        fill = {
            "tradeId": trade_id,
            "accountId": account_id,
            "instrument": instrument,
            "side": side,
            "quantity": str(quantity),
            "price": str(price),
            "liquidity": liquidity,
            "closeOutOrder": close_out,
        }
        if order is not None:
            fill["orderId"] = order
        self.engine.say("TradeFilled", at, fill)

    def withdraw(self, at, withdrawal_id, account_id, dollars):
        wish = {"withdrawalId": withdrawal_id, "accountId": account_id, "asset": "USD", "amount": str(dollars)}
        self.engine.say("WithdrawalRequested", at, wish)

    # What Ballast says -----------------------------------------------------------------------------------------------

    def settle(self, at):
        """Waits until the house has come to a rest at this time, and answers what it asks for; until it asks for nothing."""
        while True:
            self.engine.flush()
            while True:
                status = self.ballast.get("/status")
                if millis(status["clearing"]) >= at and status["backlog"] == 0:
                    break
                time.sleep(0.05)
            for event in self.bookings.read():
                self.note_booking(event["type"], event["payload"])
            asked = [event for event in self.margin.read() + self.liquidation.read() if self.answer(at, event)]
            if not asked:
                return

    def agree(self, at):
        """Waits until Ballast shows what these books have: a step of the exchange that needs what was said before."""
        until = time.monotonic() + AGREES_WITHIN_SECONDS
        while self.differences() and time.monotonic() < until:
            self.settle(at)
            time.sleep(0.05)

    def booked(self):
        """Waits until Ballast has booked what was traded, before another price of what the fee follows is quoted."""
        self.engine.flush()
        until = time.monotonic() + AGREES_WITHIN_SECONDS
        while self.differences() and time.monotonic() < until:
            time.sleep(0.05)

    def note_booking(self, kind, booked):
        if kind == "WithdrawalSettled":
            self.ledger.pay_out(booked["accountId"], Decimal(booked["amount"]))
            self.outcomes[booked["withdrawalId"]] = "paid"
        elif kind in ("WithdrawalReleased", "WithdrawalRejected"):
            self.outcomes[booked["withdrawalId"]] = "refused: " + booked["code"]
        elif kind == "LiquidationCostSettled":
            self.ledger.true_up(booked["accountId"], Decimal(booked["trueUp"]))
        elif kind == "FundGrantReceived" and booked["purpose"] == "BankruptcyDeficit":
            self.ledger.deficit_paid(booked["accountId"], Decimal(booked["amount"]))
        elif kind == "ClaimRepaid":
            self.ledger.deficit_paid(booked["accountId"], -Decimal(booked["amount"]))
        elif kind == "SuspenseBooked":
            raise SystemExit(f"in suspense: {json.dumps(booked)}")

    def answer(self, at, event):
        place = {"partition": event["partition"], "position": event["position"]}
        asked = event["payload"]
        if event["type"] == "OrderCancelsRequested":
            self.cancel(at, asked["orders"])
            return True
        if event["type"] == "OrdersCancelRequested":
            resting = [order_id for order_id, account_id in self.book.items() if account_id == asked["accountId"]]
            self.cancel(at, resting)
            done = {"accountId": asked["accountId"], "request": place, "cancelledOrders": len(resting)}
            self.engine.say("OrdersCancelled", at, done)
            return True
        if event["type"] == "CloseOutOrderPlaced":
            self.close_out(at, place, asked)
            return True
        return False

    def close_out(self, at, place, order):
        """Immediate or cancel, against the market maker, a tick worse than the middle and never beyond the limit."""
        instrument, side, quantity = order["instrument"], order["side"], Decimal(order["quantity"])
        limit, middle, tick = Decimal(order["limit"]), self.price(instrument, at), self.tick(instrument)
        price = max(limit, middle - tick) if side == "sell" else min(limit, middle + tick)
        trade_id = f"close-out/{place['partition']}/{place['position']}"
        account_id, other = order["accountId"], "buy" if side == "sell" else "sell"
        self._fill(at, trade_id, account_id, instrument, side, quantity, price, "taker", place)
        self._fill(at, trade_id, MAKER, instrument, other, quantity, price, "maker", None)
        report = {"accountId": account_id, "order": place, "status": "filled", "filledQuantity": str(quantity)}
        self.engine.say("CloseOutOrderFinished", at, report)
        notional, rate = Decimal(order["settlement"]["notional"]), Decimal(order["provisionalRate"])
        self.ledger.close_out(account_id, instrument, side, quantity, Decimal(order["mark"]), notional, rate)
        self.ledger.trade(MAKER, instrument, other, quantity, price, self.fee(instrument, "maker", quantity, price))
        self.closed_out.append(instrument)

    # The hour --------------------------------------------------------------------------------------------------------

    def play(self):
        self.list_contracts()
        at = self.begin
        self.quote(at)
        self.settle(at)
        self.open(at, MAKER, Decimal(5_000_000))
        first = {"calm.main": 50_000, "swing.main": 80_000, "bold.main": 8_000, "writer.main": 4_000}
        for account_id, dollars in first.items():
            self.open(at, account_id, Decimal(dollars))
        self.settle(at)
        self.agree(at)
        minute = 0
        while at < self.end:
            minute, at = minute + 1, at + MINUTE
            self.act(minute, at)
            self.engine.flush()
            self.quote(at)
            self.settle(at)
            print(f"minute {minute}", file=sys.stderr, flush=True)
            time.sleep(self.pause)
        # The last cents: what was asked in the last minute is settled with one more price set.
        self.quote(at + MINUTE)
        self.settle(at + MINUTE)
        self.agree(at + MINUTE)

    def act(self, minute, at):
        if minute == 2:
            self.market(at, "bold.main", "BTC-PERP", "buy", Decimal("6"))
            self.market(at, "swing.main", "ETH-PERP", "buy", Decimal("100.5"))
        if minute == 3:
            # Far from the market: it rests until margin or liquidation asks for its end.
            low = self.prices["BTC"].at(at) - 1_000 * TICK["BTC"]
            self.order(at, "bold.main", "BTC-PERP", "buy", Decimal("0.1"), low, 0)
            self.market(at, "bold.main", "BTC-PERP", "buy", Decimal("50"))
        if minute == 4:
            self.market(at, "calm.main", "BTC-27MAR20-7000-P", "buy", Decimal("2"))
            self.market(at, "swing.main", "BTC-27MAR20-8000-C", "sell", Decimal("1.5"))
            self.market(at, "bold.main", "BTC-27MAR20-7500-C", "buy", Decimal("0.3"))
            self.market(at, "writer.main", "BTC-27MAR20-6500-P", "sell", Decimal("3"))
            self.booked()
        if minute == 38:
            self.market(at, "calm.main", "BTC-27MAR20-7000-P", "sell", Decimal("0.5"))
            self.market(at, "swing.main", "BTC-27MAR20-8000-C", "buy", Decimal("1.5"))
            self.booked()
        if minute == 5:
            self.agree(at)
            self.withdraw(at, "w-1", "calm.main", Decimal("12500.50"))
            self.withdraw(at, "w-2", "bold.main", Decimal("7000"))
        if minute == 6:
            terms = {"instrument": "ETH-PERP", "side": "buy", "quantity": "2", "price": str(self.prices["ETH"].at(at))}
            self.reserve("calm.main", "r-never-sent", terms)
            self.release("calm.main", "r-never-sent")
        if minute % 10 == 0:
            side = "sell" if minute % 20 == 0 else "buy"
            limit = self.worse("ETH-PERP", side, at)
            self.order(at, "swing.main", "ETH-PERP", side, Decimal("40"), limit, Decimal("30.25"))
            self.market(at, "calm.main", "BTC-PERP", side, Decimal("0.123"))

    def market(self, at, account_id, instrument, side, quantity):
        self.order(at, account_id, instrument, side, quantity, self.worse(instrument, side, at), quantity)

    def worse(self, instrument, side, at):
        """Limit of an order that is filled at once: ten ticks behind the middle."""
        distance = 10 * self.tick(instrument)
        return self.price(instrument, at) + (distance if side == "buy" else -distance)

    def surfaces(self):
        """What Ballast made of the chain: status of each surface, and options whose marks are not in their books, to a tick."""
        return [
            {
                "status": surface["status"],
                "options": len(surface["options"]),
                "astray": [option["instrument"] for option in surface["options"] if self.is_astray(option)],
            }
            for surface in self.ballast.get("/surfaces/BTC")["expiries"]
        ]

    def is_astray(self, option):
        return abs(self.options.at(option["instrument"], self.quoted_at) - Decimal(option["price"])) > 2 * OPTION_TICK

    def open_orders(self):
        """What Ballast believes may still fill."""
        asked = [self.ballast.get(f"/accounts/{account_id}/orders") for account_id in self.ledger.accounts]
        return [each["orderId"] for told in asked for each in told["orders"]]

    def differences(self):
        """Every account in both books, to the unit."""
        found = []
        for account_id, own in self.ledger.accounts.items():
            seen = self.ballast.get(f"/accounts/{account_id}")
            cash = Decimal(seen["collateral"].get("USD", "0"))
            if cash != own.cash:
                found.append(f"{account_id}: {cash} USD in Ballast, {own.cash} here")
            theirs = {each["instrument"]: (Decimal(each["quantity"]), Decimal(each["cost"])) for each in seen["positions"]}
            for instrument in set(theirs) | set(own.quantity):
                quantity, cost = theirs.get(instrument, (Decimal(0), Decimal(0)))
                mine = own.quantity.get(instrument, Decimal(0)), own.cost.get(instrument, Decimal(0))
                if (quantity, cost) != mine:
                    found.append(f"{account_id} {instrument}: {quantity} at {cost} in Ballast, {mine[0]} at {mine[1]} here")
        return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--url", default="http://127.0.0.1:8787")
    parser.add_argument("--token")
    parser.add_argument("--from", dest="begin", default="2020-03-12T10:00:00Z")
    parser.add_argument("--to", dest="end", default="2020-03-12T11:00:00Z")
    parser.add_argument("--brokers", help="of Kafka; messages go over exchange.messages.v1 instead of REST")
    parser.add_argument("--topic-prefix", default="")
    parser.add_argument("--pause", type=float, default=0, help="seconds between two minutes of the exchange")
    options = parser.parse_args()
    try:
        urllib.request.urlopen(f"{options.url}/health/live", timeout=10).close()
    except (OSError, ValueError) as error:
        sys.exit(f"{options.url} does not answer ({error}): start it with `npx ballast serve --exchange none`, or name it with --url")
    ballast = Ballast(options.url, options.token)
    channel = ballast
    if options.brokers is not None:
        from ballast_kafka import KafkaChannel

        channel = KafkaChannel(options.brokers, options.topic_prefix)
    exchange = Exchange(ballast, channel, millis(options.begin), millis(options.end), options.pause)
    exchange.play()
    differences = exchange.differences()
    report = {
        "trades": exchange.trades,
        "reservations": exchange.reservations,
        "cancelledOnRequest": exchange.cancelled,
        "openOrders": exchange.open_orders(),
        "withdrawals": exchange.outcomes,
        "closeOutOrders": len(exchange.closed_out),
        "closedOut": sorted(set(exchange.closed_out)),
        "surfaces": exchange.surfaces(),
        "accounts": len(exchange.ledger.accounts),
        "differences": differences,
    }
    print(json.dumps(report, indent=2))
    sys.exit(1 if differences else 0)


main()
