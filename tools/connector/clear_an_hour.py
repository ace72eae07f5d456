"""An exchange that Ballast clears, in a few hundred lines: the hour of 12 March 2020 in which Bitcoin fell by a quarter.

    python3 tools/connector/clear_an_hour.py --url http://127.0.0.1:8787

It lists two perpetuals, quotes them every minute, opens accounts, takes deposits, trades, asks for two withdrawals (one is paid, one
refused), answers the close-out orders of an account that is liquidated, and keeps books of its own. At the end the two are held
against each other; a difference of a cent ends it with exit code 1. Ballast may be killed and started again meanwhile.
"""

import argparse
import csv
import gzip
import json
import pathlib
import sys
import time
from datetime import datetime
from decimal import Decimal, ROUND_FLOOR

from ballast_exchange import Ballast, LogReader, Producer
from ledger import Ledger

MINUTE = 60_000
VENUES = ["venue-a", "venue-b", "venue-c", "venue-d", "venue-e"]
TICK = {"BTC": Decimal("0.1"), "ETH": Decimal("0.01")}
LOT = {"BTC": "0.001", "ETH": "0.01"}
BARS = pathlib.Path(__file__).resolve().parents[2] / "apps/ballast/scenarios/crash-2020-03"
MAKER = "maker.main"


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
        start = moment - moment % (60 * MINUTE)
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
        start = until - until % (60 * MINUTE)
        times = [start - back * 60 * MINUTE for back in range(hours, 0, -1)]
        return [{"at": at + 60 * MINUTE, "price": str(self.bars[at][3])} for at in times]


class Exchange:
    def __init__(self, ballast, begin, end, pause):
        self.ballast = ballast
        self.begin, self.end, self.pause = begin, end, pause
        self.prices = {name: Prices(name) for name in ("BTC", "ETH")}
        self.partitions = ballast.get("/exchange/producers")["partitions"]
        self.quotes = Producer(ballast, "market-data", "hour-1")
        self.engine = Producer(ballast, "matching-engine", "hour-1")
        self.liquidation = LogReader(ballast, "liquidation", self.partitions)
        self.bookings = LogReader(ballast, "accounts", self.partitions)
        self.ledger = Ledger()
        self.orders = {}
        self.outcomes = {}
        self.closed_out = 0
        self.trades = 0

    # What the exchange says ------------------------------------------------------------------------------------------

    def list_contracts(self):
        at = self.begin
        self.quotes.say("MarketOpened", at, {"name": "an exchange of our own", "priceSetEverySeconds": 60})
        for name, prices in self.prices.items():
            history = prices.history(at, 48)
            self.quotes.say(
                "PriceHistorySupplied", at, {"underlying": name, "intervalMs": 60 * MINUTE, "closes": history}
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
        self.quotes.say("ClockTicked", at, {"at": at})
        self.quotes.flush()

    def open(self, at, account_id, dollars):
        self.engine.say("AccountOpeningRequested", at, {"accountId": account_id})
        self.ledger.open(account_id)
        deposit = {"depositId": f"{account_id}/first", "accountId": account_id, "asset": "USD", "amount": str(dollars)}
        self.engine.say("DepositReceived", at, deposit)
        self.ledger.deposit(account_id, dollars)

    def trade(self, at, taker, name, side, quantity):
        """A client against the market maker: two fills of one trade."""
        self.trades += 1
        instrument, price = f"{name}-PERP", self.prices[name].at(at)
        other = "sell" if side == "buy" else "buy"
        for account_id, own, liquidity in ((taker, side, "taker"), (MAKER, other, "maker")):
            self._fill(at, f"trade-{self.trades}", account_id, instrument, own, quantity, price, liquidity, None)
            self.ledger.trade(account_id, instrument, own, quantity, price, liquidity)

    def _fill(self, at, trade_id, account_id, instrument, side, quantity, price, liquidity, order):
        fill = {
            "tradeId": trade_id,
            "accountId": account_id,
            "instrument": instrument,
            "side": side,
            "quantity": str(quantity),
            "price": str(price),
            "liquidity": liquidity,
            "closeOutOrder": order,
        }
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
                if status["clearing"] >= at and status["backlog"] == 0:
                    break
                time.sleep(0.05)
            for event in self.bookings.read():
                self.note_booking(event["type"], event["payload"])
            asked = [event for event in self.liquidation.read() if self.answer(at, event)]
            if not asked:
                return

    def note_booking(self, kind, booked):
        if kind == "WithdrawalSettled":
            self.ledger.pay_out(booked["accountId"], Decimal(booked["amount"]))
            self.outcomes[booked["withdrawalId"]] = "paid"
        elif kind in ("WithdrawalReleased", "WithdrawalRejected"):
            self.outcomes[booked["withdrawalId"]] = "refused: " + booked["code"]
        elif kind == "LiquidationCostSettled":
            self.ledger.true_up(booked["accountId"], Decimal(booked["trueUp"]))
        elif kind == "SuspenseBooked":
            raise SystemExit(f"in suspense: {json.dumps(booked)}")

    def answer(self, at, event):
        place = {"partition": event["partition"], "position": event["position"]}
        asked = event["payload"]
        if event["type"] == "OrdersCancelRequested":
            done = {"accountId": asked["accountId"], "request": place, "cancelledOrders": 0}
            self.engine.say("OrdersCancelled", at, done)
            return True
        if event["type"] == "CloseOutOrderPlaced":
            self.close_out(at, place, asked)
            return True
        return False

    def close_out(self, at, place, order):
        """Immediate or cancel, against the market maker, a tick worse than the middle and never beyond the limit."""
        instrument, side, quantity = order["instrument"], order["side"], Decimal(order["quantity"])
        prices = self.prices[instrument.split("-")[0]]
        limit, middle = Decimal(order["limit"]), prices.at(at)
        price = max(limit, middle - prices.tick) if side == "sell" else min(limit, middle + prices.tick)
        trade_id = f"close-out/{place['partition']}/{place['position']}"
        account_id, other = order["accountId"], "buy" if side == "sell" else "sell"
        self._fill(at, trade_id, account_id, instrument, side, quantity, price, "taker", place)
        self._fill(at, trade_id, MAKER, instrument, other, quantity, price, "maker", None)
        report = {"accountId": account_id, "order": place, "status": "filled", "filledQuantity": str(quantity)}
        self.engine.say("CloseOutOrderFinished", at, report)
        notional, rate = Decimal(order["settlement"]["notional"]), Decimal(order["provisionalRate"])
        self.ledger.close_out(account_id, instrument, side, quantity, Decimal(order["mark"]), notional, rate)
        self.ledger.trade(MAKER, instrument, other, quantity, price, "maker")
        self.closed_out += 1

    # The hour --------------------------------------------------------------------------------------------------------

    def play(self):
        self.list_contracts()
        at = self.begin
        self.quote(at)
        self.settle(at)
        self.open(at, MAKER, Decimal(5_000_000))
        for account_id, dollars in (("calm.main", 50_000), ("swing.main", 80_000), ("bold.main", 8_000)):
            self.open(at, account_id, Decimal(dollars))
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

    def act(self, minute, at):
        if minute == 2:
            self.trade(at, "bold.main", "BTC", "buy", Decimal("6"))
            self.trade(at, "swing.main", "ETH", "buy", Decimal("100.5"))
        if minute == 5:
            self.withdraw(at, "w-1", "calm.main", Decimal("12500.50"))
            self.withdraw(at, "w-2", "bold.main", Decimal("7000"))
        if minute % 10 == 0:
            side = "sell" if minute % 20 == 0 else "buy"
            self.trade(at, "swing.main", "ETH", side, Decimal("30.25"))
            self.trade(at, "calm.main", "BTC", side, Decimal("0.123"))

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
    parser.add_argument("--pause", type=float, default=0, help="seconds between two minutes of the exchange")
    options = parser.parse_args()
    ballast = Ballast(options.url, options.token)
    exchange = Exchange(ballast, millis(options.begin), millis(options.end), options.pause)
    exchange.play()
    differences = exchange.differences()
    report = {
        "trades": exchange.trades,
        "withdrawals": exchange.outcomes,
        "closeOutOrders": exchange.closed_out,
        "accounts": len(exchange.ledger.accounts),
        "differences": differences,
    }
    print(json.dumps(report, indent=2))
    sys.exit(1 if differences else 0)


main()
