#!/usr/bin/env python3
"""Recomputes every margin run of exported logs from the requirements in docs/spec, without any code of Ballast.

    python3 tools/recompute/recompute.py FILE.ndjson[.gz] ...
    python3 tools/recompute/recompute.py http://127.0.0.1:8787

Written from docs/spec/margin.md, adaptive-portfolio.md, collateral.md, event-log.md and the event catalogue; standard library only.
Exit 0: all roots, ids, hashes and chains equal. Exit 1: a run, account or entry and field differ. Exit 2: the input cannot be judged.
"""

import gzip
import hashlib
import itertools
import json
import os
import struct
import sys
import traceback
import urllib.error
import urllib.request
import uuid
import zlib
from collections import defaultdict
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, setcontext
from math import sqrt

setcontext(Context(prec=40, rounding=ROUND_HALF_EVEN, Emin=-999999, Emax=999999))
TWENTY_DIGITS = Context(prec=20, rounding=ROUND_HALF_EVEN)
D = Decimal
ZERO, ONE = D(0), D(1)
CENT, RATE_UNIT = D("0.01"), D("1e-12")

GLOBAL = -1
LOGS = ["accounts", "margin", "liquidation"]  # pricing and the exchange stand behind the schedules of margin
STATES = ["HEALTHY", "WARN", "MARGIN_CALL", "RESTRICTED", "LIQUIDATING"]
HEALTHY, WARN, MARGIN_CALL, RESTRICTED, LIQUIDATING = range(5)
FIGURES = ["equity", "initial", "call", "liquidation"]
OWN_MODEL = "adaptive-portfolio@1"
PERPETUAL = "-PERP"


class Difference(Exception):
    """What the logs say is not what the requirements give."""


class Unusable(Exception):
    """The input cannot be judged."""


def as_float(amount):
    """CLR-MRG-042: the first 20 significant digits, half-even, then to nearest."""
    return float(TWENTY_DIGITS.plus(amount))


def owner_of(account_id):
    return account_id.split(".")[0]


# --- The market of a run: one schedule, read as decimals and, once a run, as floats -------------------------------


class Table:
    """Brackets of CLR-MRG-018."""

    def __init__(self, brackets):
        self.floors = [D(b["floor"]) for b in brackets]
        self.rates = [D(b["rate"]) for b in brackets]
        self.deductions = [D(b["deduction"]) for b in brackets]
        self.float_floors = [as_float(x) for x in self.floors]
        self.float_rates = [as_float(x) for x in self.rates]
        self.float_deductions = [as_float(x) for x in self.deductions]

    def float_rate(self, size):
        k = bracket_of(self.float_floors, size)
        return self.float_rates[0] if k == 0 else self.float_rates[k] - self.float_deductions[k] / size

    def exact_rate(self, size):
        k = bracket_of(self.floors, size)
        rate = self.rates[0] if k == 0 else self.rates[k] - self.deductions[k] / size
        return rate.quantize(RATE_UNIT, ROUND_CEILING)


def bracket_of(floors, size):
    """The bracket with the greatest floor at most the size."""
    return max(k for k, floor in enumerate(floors) if k == 0 or floor <= size)


class Underlying:
    def __init__(self, payload):
        self.mark = D(payload["mark"])
        self.float_mark = as_float(self.mark)
        self.sigma = D(payload["sigma"])
        self.in_force = Table(payload["maintenanceBrackets"])
        self.notice = [Table(n["brackets"]) for n in payload["notice"]]
        self.trigger = {
            side: None if payload["trigger"][side] is None else Table(payload["trigger"][side]["brackets"])
            for side in ("long", "short")
        }

    def rates(self, level, side, size, exact):
        """The rate of a side at a level (CLR-MRG-030)."""
        read = (lambda table: table.exact_rate(size)) if exact else (lambda table: table.float_rate(size))
        in_force = read(self.in_force)
        if level == "maintenance":
            return in_force
        rate = min(read(table) for table in self.notice)
        if self.trigger[side] is not None:
            rate = max(rate, read(self.trigger[side]))
        return min(rate, in_force)


class Haircut:
    """What an asset counts for (collateral.md), as the figures of a row of CLR-MRG-042."""

    def __init__(self, asset, price, parameters, underlying, held):
        self.price = price
        self.whole = asset == "USD"
        rules = parameters["collateral"]["assets"].get(asset)
        self.eligible = self.whole or rules is not None
        if self.whole:
            rules = None
        self.cap = self.most = None
        self.fixed = self.slope = self.minimum = ZERO
        self.relied = ONE  # share that new risk may rely on (CLR-COL-008)
        if rules is not None:
            hedged = underlying is not None  # its move is charged with the positions (CLR-COL-005)
            sigma = max(underlying.sigma if hedged else ZERO, D(rules["volatilityFloor"]))
            self.fixed = D(rules["halfSpread"]) + D(rules["haircut"]) + depeg(rules.get("depeg"), price)
            if not hedged:
                self.fixed += D(rules["z"]) * sigma * D(rules["liquidationDays"]).sqrt()
                self.minimum = D(rules["minimumHaircut"])
            self.slope = D(rules["impact"]) * sigma / D(rules["averageDailyVolume"]).sqrt()
            self.cap = D(rules["accountCap"]) if "accountCap" in rules else None
            if self.slope > 0:
                turn = (2 * (ONE - self.fixed) / (3 * self.slope)) ** 2
                flat = max(self.minimum - self.fixed, ZERO) / self.slope
                self.most = max(turn, flat**2)
            if held is not None and "platformCap" in rules and held * price > D(rules["platformCap"]):
                self.relied = D(rules["platformCap"]) / (held * price)
            if rules.get("tiers"):
                raise Unusable(f"{asset} is valued by tiers (CLR-COL-003), which this program does not read")
        self.withheld = ONE - self.relied
        self.floats = {
            name: None if value is None else as_float(value)
            for name, value in vars(self).items()
            if isinstance(value, Decimal) or value is None
        }

    def exact(self, amount):
        """What an amount counts for, USD."""
        market = amount * self.price
        if amount < 0 or self.whole:
            return market
        if not self.eligible:
            return ZERO
        counted = market if self.cap is None else min(market, self.cap)
        if self.most is not None:
            counted = min(counted, self.most)
        rate = min(max(self.fixed + self.slope * counted.sqrt(), self.minimum), ONE)
        return counted * (ONE - rate)

    def float(self, amount):
        """What an amount counts for, and its value before the haircut."""
        f = self.floats
        market = amount * f["price"]
        if amount < 0:
            return market, -market
        if self.whole:
            return market, market
        if not self.eligible:
            return 0.0, 0.0
        counted = market if f["cap"] is None else min(market, f["cap"])
        if f["most"] is not None:
            counted = min(counted, f["most"])
        rate = min(max(f["fixed"] + f["slope"] * sqrt(counted), f["minimum"]), 1.0)
        return counted * (1.0 - rate), market


def depeg(table, price):
    """CLR-COL-004: straight between the knots, flat beyond them."""
    if not table:
        return ZERO
    knots = [(D(k["price"]), D(k["haircut"])) for k in table]
    if price <= knots[0][0]:
        return knots[0][1]
    for (low, at_low), (high, at_high) in zip(knots, knots[1:]):
        if price <= high:
            return at_low + (at_high - at_low) * (price - low) / (high - low)
    return knots[-1][1]


class Market:
    def __init__(self, schedule, parameters, held):
        self.halted = schedule["status"] == "HALT"
        self.underlyings = {u["underlying"]: Underlying(u) for u in schedule["underlyings"]}
        self.haircuts = {
            c["asset"]: Haircut(
                c["asset"], D(c["price"]), parameters, self.underlyings.get(c["asset"]), held.get(c["asset"])
            )
            for c in schedule["collateral"]
        }
        self.initial_multiple = D(parameters["initialMultiple"])
        self.call_multiple = D(parameters["callMultiple"])
        self.exit_factor = D(parameters["exitFactor"])
        self.notice_ms = parameters["noticeMs"]
        offset = parameters["scenarios"]["lostOffset"]
        self.between_positions = D(offset["betweenPositions"])
        tables = [t for u in self.underlyings.values() for t in (u.in_force, *u.notice, *u.trigger.values()) if t]
        self.highest_rate = max(1.0, *(rate for table in tables for rate in table.float_rates))


# --- Holdings ------------------------------------------------------------------------------------------------------


class Account:
    def __init__(self, account_id):
        self.id = account_id
        self.version = 0
        self.credited = {}
        self.cleared = {}  # withdrawal id -> (asset, amount)
        self.positions = {}  # instrument -> (quantity, cost)
        self.model = OWN_MODEL
        self.state = HEALTHY
        self.call_due = None  # of the open margin call, milliseconds
        self.call_expired = False
        self.restricted_by_expiry = False
        self.case_closed = False  # LIQUIDATING, and liquidation is done
        self.awaited_loss_of = None  # case whose uncovered loss accounts has yet to book
        self.record = hashlib.sha256(account_id.encode()).digest()[:16]

    def amounts(self):
        held = defaultdict(lambda: ZERO)
        for asset, amount in self.cleared.values():
            held[asset] += amount
        every = ((asset, amount - held[asset]) for asset, amount in sorted(self.credited.items()))
        return [(asset, amount) for asset, amount in every if amount != 0]

    def owes(self):
        """Whether it may owe more than it has: by a position, or by what secures a debt (CLR-MRG-067)."""
        return bool(self.positions) or any(amount < 0 for _, amount in self.amounts())

    def in_scope(self, marked):
        perpetuals = {name + PERPETUAL for name in marked}
        return self.model == OWN_MODEL and perpetuals.issuperset(self.positions)


def owner_sizes(accounts):
    """Per owner, underlying and side the quantity over all accounts of the owner (CLR-MRG-030)."""
    sizes = defaultdict(lambda: ZERO)
    for account in accounts:
        for instrument, (quantity, _) in account.positions.items():
            side = "long" if quantity > 0 else "short"
            sizes[owner_of(account.id), instrument[: -len(PERPETUAL)], side] += abs(quantity)
    return sizes


def lines_of(account, coins):
    """Underlyings in name order with a position or a coin: name, quantity, cost, coin."""
    held = {i[: -len(PERPETUAL)]: p for i, p in account.positions.items()}
    return [(name, *held.get(name, (ZERO, ZERO)), coins.get(name)) for name in sorted({*held, *coins})]


def together(position, coin, down, up, lost_offset, zero):
    """The requirement of a position and its own coin."""

    def alone(value):
        return value * down if value > 0 else -value * up

    joint = alone(position + coin)
    return joint + lost_offset * max(zero, alone(position) + alone(coin) - joint)


def float_figures(account, market, sizes):
    """A row of CLR-MRG-042, in its order, its maintenance, and the magnitude M that its bound grows with."""
    equity = magnitude = charge = 0.0
    coins = {}
    for asset, amount in account.amounts():
        haircut = market.haircuts.get(asset)
        if haircut is None:
            continue
        worth, value = haircut.float(as_float(amount))
        equity += worth
        magnitude += value
        if amount > 0:
            charge += worth * haircut.floats["withheld"]
        if asset in market.underlyings and worth != 0:
            coins[asset] = worth
    maintenance = liquidation = 0.0
    lost = as_float(market.between_positions)
    for name, quantity, cost, coin in lines_of(account, coins):
        underlying = market.underlyings[name]
        mark = underlying.float_mark
        value = as_float(quantity) * mark
        if quantity != 0:
            paid = as_float(cost)
            equity += value - paid
            magnitude += abs(value) + abs(paid)
        size = {s: as_float(sizes[owner_of(account.id), name, s]) * mark for s in ("long", "short")}

        def required(level):
            if coin is None:
                side = "long" if value > 0 else "short"
                return abs(value) * underlying.rates(level, side, size[side], False)
            down, up = (underlying.rates(level, side, size[side], False) for side in ("long", "short"))
            return together(value, coin, down, up, lost, 0.0)

        maintenance += required("maintenance")
        liquidation += required("liquidation")
    if not account.owes():
        return (equity, 0.0, 0.0, 0.0), 0.0, magnitude, coins
    initial = as_float(market.initial_multiple) * maintenance + charge
    call = as_float(market.call_multiple) * maintenance
    return (equity, initial, call, liquidation), maintenance, magnitude, coins


def exact_figures(account, market, sizes):
    """The figures of CLR-MRG-031 in decimals: equity down to the cent, requirements up."""
    equity = charge = ZERO
    coins = {}
    for asset, amount in account.amounts():
        haircut = market.haircuts.get(asset)
        if haircut is None:
            continue
        worth = haircut.exact(amount)
        equity += worth
        if amount > 0:
            charge += worth - worth * haircut.relied
        if asset in market.underlyings:
            coins[asset] = worth
    required = {"maintenance": ZERO, "liquidation": ZERO}
    for name, quantity, cost, coin in lines_of(account, coins):
        underlying = market.underlyings[name]
        value = quantity * underlying.mark
        equity += value - cost
        size = {s: sizes[owner_of(account.id), name, s] * underlying.mark for s in ("long", "short")}
        for level in required:
            down, up = (underlying.rates(level, side, size[side], True) for side in ("long", "short"))
            required[level] += together(value, coin or ZERO, down, up, market.between_positions, ZERO)
    maintenance, liquidation = required["maintenance"], required["liquidation"]
    if not account.owes():
        maintenance = liquidation = charge = ZERO
    initial = market.initial_multiple * maintenance + charge
    call = market.call_multiple * maintenance.quantize(CENT, ROUND_CEILING)
    up = [x.quantize(CENT, ROUND_CEILING) for x in (initial, call, liquidation)]
    return (equity.quantize(CENT, ROUND_FLOOR), *up)


# --- States and calls ----------------------------------------------------------------------------------------------


class Step:
    """What a run makes of an account by its figures: state and call (CLR-MRG-032, CLR-MRG-033)."""

    def __init__(self, account, figures, market, now, number):
        """`number` makes a figure of a document one of the kind that the figures are of."""
        equity, initial, call, liquidation = figures
        leaving = number(market.exit_factor)
        twice, both = 2 * equity, call + liquidation
        self.distances = [
            equity - liquidation,
            twice - both,
            equity - call,
            equity - initial,
            twice - leaving * both,
            equity - leaving * call,
            equity - leaving * initial,
        ]
        was = account.state
        overdue = account.call_due is not None and not account.call_expired and now >= account.call_due
        below_call = call > 0 and equity < call
        clear_of_call = equity >= leaving * call
        expired = account.restricted_by_expiry or account.call_expired or overdue
        self.call_event = None
        self.triggered = False
        self.state = was
        if was == LIQUIDATING and not account.case_closed:
            return
        if equity < liquidation:
            entered = RESTRICTED if market.halted else LIQUIDATING
        elif twice < both or (below_call and expired):
            entered = RESTRICTED
        elif below_call:
            entered = MARGIN_CALL
        else:
            entered = WARN if call > 0 and equity < initial else HEALTHY
        may_leave = {
            RESTRICTED: clear_of_call if expired else twice >= leaving * both,
            MARGIN_CALL: clear_of_call,
            WARN: equity >= leaving * initial,
        }
        self.state = entered
        if was != LIQUIDATING and entered < was:
            self.state = was
            while self.state > entered and may_leave[self.state]:
                self.state -= 1
        self.triggered = self.state == LIQUIDATING
        if self.triggered:
            return
        if account.call_due is None:
            self.call_event = "MarginCallIssued" if below_call else None
        elif clear_of_call:
            self.call_event = "MarginCallMet"
        elif below_call and overdue:
            self.call_event = "MarginCallExpired"

    def changes(self, account):
        return self.state != account.state or self.call_event is not None or self.triggered


def assess(account, market, sizes, now, places):
    """Figures as they stand in the record, whether they are exact, and the step."""
    figures, maintenance, magnitude, coins = float_figures(account, market, sizes)
    k, p = max(1.0, as_float(market.initial_multiple)), as_float(market.between_positions)
    bound = k * (2 * (64 + places) * 2.0**-53 * market.highest_rate + (1 + 2 * p) * 1e-12) * magnitude
    bound += (1 + as_float(market.call_multiple)) * 0.01
    step = Step(account, figures, market, now, as_float)
    near = (2 + 2 * as_float(market.exit_factor)) * bound
    exact = (
        account.state == LIQUIDATING
        or step.changes(account)
        or (account.owes() and any(-near <= distance <= near for distance in step.distances))
        or (account.owes() and coins and not (maintenance > bound and figures[3] > bound))
    )
    if exact:
        figures = exact_figures(account, market, sizes)
        step = Step(account, figures, market, now, lambda figure: figure)
    return figures, bool(exact), step


def record_of(account, figures, exact, state):
    """64 bytes of CLR-MRG-041."""
    floats = [float(f) for f in figures]
    return account.record + struct.pack(">Q4dBB6x", account.version, *floats, state, 1 if exact else 0)


def root_of(records):
    leaves = [b"".join(records[i : i + 256]) for i in range(0, len(records), 256)]
    return tree([hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]).hex()


def tree(hashes):
    """Merkle tree hash of RFC 9162, section 2.1.1."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    return hashlib.sha256(b"\x01" + tree(hashes[:k]) + tree(hashes[k:])).digest()


# --- The logs ------------------------------------------------------------------------------------------------------


class Partition:
    """A numbered partition of margin, led through its log in the order that `basis` names."""

    def __init__(self, logs, number, count):
        self.logs, self.number, self.count = logs, number, count
        self.read = defaultdict(int)
        self.accounts = {}
        self.touched = set()
        self.clients_hold = {}  # of all clients together, by asset
        self.assets, self.marked = set(), set()  # the book has a place for each
        self.schedules = {}
        self.parameters = {}
        self.expected = {}  # (account, type) -> figures of the events that must follow the run
        self.pending = None  # what is wrong with the root of the run, told unless its events name an account
        self.outside = set()
        self.run = None

    def replay(self):
        for entry in self.logs["margin", self.number]:
            for log, partition, up_to in entry["basis"]:
                self.advance(log, partition, up_to)
            self.take(entry)
        self.finish_run()

    def advance(self, log, partition, up_to):
        source = self.logs.get((log, partition))
        if log not in LOGS:
            return
        if source is None or len(source) < up_to:
            raise Unusable(f"{log}/{partition} is not in the input up to position {up_to}")
        for entry in source[self.read[log, partition] : up_to]:
            getattr(self, "from_" + log)(entry)
        self.read[log, partition] = max(self.read[log, partition], up_to)

    def from_margin(self, entry):
        payload = entry["payload"]
        if entry["type"] == "DocumentsEstablished":
            for document in payload["documents"]:
                self.parameters[document["kind"], document["id"]] = document["body"]
        elif entry["type"] == "DocumentProposed":
            document = payload["document"]
            self.parameters[document["kind"], document["id"]] = document["body"]
        elif entry["type"] == "ScheduleInForce":
            self.schedules = {entry["position"]: payload}  # a run reads the last one only
            self.marked.update(u["underlying"] for u in payload["underlyings"])

    def from_accounts(self, entry):
        payload = entry["payload"]
        account_id = payload.get("accountId")
        if entry["type"] == "CollateralHeldMeasured":
            self.clients_hold[payload["asset"]] = D(payload["amount"])
        if not entry["stream"].startswith("account-") or account_id is None:
            return
        if entry["type"] == "AccountOpened":
            self.accounts[account_id] = Account(account_id)
        account = self.accounts.get(account_id)
        if account is None:  # a withdrawal from an account that never was
            return
        account.version = entry["version"]
        if "collateral" in payload:
            account.credited = {asset: D(amount) for asset, amount in payload["collateral"].items()}
        if "position" in payload:
            position = payload["position"]
            account.positions[position["instrument"]] = (D(position["quantity"]), D(position["cost"]))
            if D(position["quantity"]) == 0 and D(position["cost"]) == 0:
                del account.positions[position["instrument"]]
        if entry["type"] == "MarginModelChosen":
            account.model = payload["model"]
        if entry["type"] in ("WithdrawalSettled", "WithdrawalReleased", "WithdrawalResubmitted"):
            account.cleared.pop(payload["withdrawalId"], None)
        if entry["type"] == "UncoveredLossBooked" and account.awaited_loss_of == payload["caseId"]:
            account.case_closed, account.awaited_loss_of = True, None
        self.assets.update(account.credited)
        self.touched.add(owner_of(account_id))

    def from_liquidation(self, entry):
        if entry["type"] == "LiquidationClosed":
            account = self.accounts[entry["payload"]["accountId"]]
            account.awaited_loss_of = entry["payload"]["caseId"] if D(entry["payload"]["uncoveredLoss"]) > 0 else None
            account.case_closed = account.awaited_loss_of is None
            self.touched.add(owner_of(account.id))

    def take(self, entry):
        kind, payload = entry["type"], entry["payload"]
        if kind == "MarginRunCompleted":
            self.finish_run()
            self.judge(entry)
        elif kind == "WithdrawalCleared":
            held = self.held(payload["withdrawalId"], payload["accountId"])
            self.accounts[payload["accountId"]].cleared[payload["withdrawalId"]] = held
        elif kind == "ModelFailed" and owner_of(payload["accountId"]) not in self.outside:
            raise Unusable(f"{self.run}: account {payload['accountId']} is on the flat rate")
        elif kind in CHECKED:
            self.check(entry)

    def held(self, withdrawal_id, account_id):
        for entry in reversed(self.logs["accounts", self.number][: self.read["accounts", self.number]]):
            payload = entry["payload"]
            if entry["type"] == "WithdrawalHeld" and payload["withdrawalId"] == withdrawal_id:
                return payload["asset"], D(payload["amount"])
        raise Difference(f"account {account_id}: withdrawal {withdrawal_id} was cleared and never held")

    def judge(self, entry):
        payload = entry["payload"]
        self.run = f"run margin/{self.number}#{entry['position']}"
        schedule = self.schedules.get(payload["schedule"])
        if schedule is None:
            raise Difference(f"{self.run}, field schedule: {payload['schedule']} is not the one in force")
        market = Market(schedule, self.parameters["margin-parameters", schedule["parameters"]], self.clients_hold)
        owners = self.touched if payload["kind"] == "touched" else {owner_of(a) for a in self.accounts}
        changed, self.touched = sorted(self.touched), set()
        sizes = owner_sizes(self.accounts.values())
        assessed = [a for _, a in sorted(self.accounts.items()) if owner_of(a.id) in owners]
        outside = self.outside = {owner_of(a.id) for a in self.accounts.values() if not a.in_scope(self.marked)}
        records, exactly, self.expected = [], 0, {}
        now = entry["time"]["clearing"]
        for account in assessed:
            if owner_of(account.id) in outside:
                self.count["outside"] += 1
                continue
            was = account.state
            figures, exact, step = assess(account, market, sizes, now, len(self.assets) + len(self.marked))
            self.settle(account, step, now + market.notice_ms)
            records.append(record_of(account, figures, exact, step.state))
            exactly += exact
            self.expect(account, was, figures, step, now)
        if any(owner_of(a.id) in outside for a in assessed):
            self.count["unjudged"] += 1
            return
        self.compare(None, "assessed", payload["assessed"], len(assessed))
        self.compare(None, "decidedExactly", payload["decidedExactly"], exactly)
        if not outside:  # else the states of others would be taken from the log itself
            for number, name in enumerate(STATES):
                held = sum(1 for a in self.accounts.values() if a.state == number)
                self.compare(None, f"states.{name}", payload["states"][name], held)
        root = root_of(records)
        if root != payload["root"]:
            suspects = ", ".join(changed) or "none, so prices or parameters"
            self.pending = (
                f"{self.run}, field root: logged {payload['root']}, recomputed {root}; "
                f"owners whose accounts changed since the run before: {suspects}"
            )
        else:
            self.pending = None
        self.count["runs"] += 1
        self.count["assessments"] += len(records)

    @staticmethod
    def settle(account, step, due):
        """What the account remembers of the step."""
        if step.state != account.state or step.triggered:
            account.case_closed, account.awaited_loss_of = False, None
        account.restricted_by_expiry = account.restricted_by_expiry and step.state == RESTRICTED
        account.state = step.state
        if step.call_event == "MarginCallIssued":
            account.call_due, account.call_expired = due, False
        elif step.call_event == "MarginCallMet":
            account.call_due, account.call_expired = None, False
        elif step.call_event == "MarginCallExpired":
            account.call_expired, account.restricted_by_expiry = True, step.state == RESTRICTED

    def expect(self, account, was, figures, step, now):
        if step.state != was:
            self.expected[account.id, "AccountStateChanged"] = {
                "from": STATES[was],
                "to": STATES[step.state],
                **dict(zip(FIGURES, figures)),
            }
        if step.state == LIQUIDATING:
            self.expected[account.id, "LiquidatingAccountAssessed"] = dict(zip(FIGURES, figures))
            if step.triggered:
                self.expected[account.id, "LiquidationTriggered"] = dict(zip(FIGURES, figures))
        if step.call_event is not None:
            call = self.expected[account.id, step.call_event] = dict(zip(FIGURES, figures))
            if step.call_event == "MarginCallIssued":
                call.update(issuedAt=now, dueAt=account.call_due, deficit=figures[2] - figures[0])

    def check(self, entry):
        """An event of an account behind a run, against what the run makes of the account."""
        payload = entry["payload"]
        if owner_of(payload["accountId"]) in self.outside:
            self.adopt(entry["type"], self.accounts[payload["accountId"]], payload)
            return
        wanted = self.expected.pop((payload["accountId"], entry["type"]), None)
        if wanted is None:
            raise Difference(f"{self.run}, account {payload['accountId']}: {entry['type']} does not follow")
        said = {**payload, **payload.get("assessment", payload)["figures"]}
        for field, value in wanted.items():
            logged = D(said[field]) if isinstance(value, Decimal) else said[field]
            self.compare(payload["accountId"], f"{entry['type']}.{field}", logged, value)

    @staticmethod
    def adopt(kind, account, payload):
        """What the log says of an account out of scope, which may come back into it."""
        if kind == "AccountStateChanged":
            account.state = STATES.index(payload["to"])
            account.restricted_by_expiry = account.restricted_by_expiry and account.state == RESTRICTED
        if kind in ("AccountStateChanged", "LiquidationTriggered"):
            account.case_closed, account.awaited_loss_of = False, None
        if kind == "MarginCallIssued":
            account.call_due, account.call_expired = payload["dueAt"], False
        if kind == "MarginCallMet":
            account.call_due, account.call_expired = None, False
        if kind == "MarginCallExpired":
            account.call_expired, account.restricted_by_expiry = True, account.state == RESTRICTED

    def finish_run(self):
        """What should have followed the run and did not; then its root, which names no account by itself."""
        for account_id, kind in self.expected:
            raise Difference(f"{self.run}, account {account_id}: {kind} is missing")
        if self.pending is not None:
            raise Difference(self.pending)

    def compare(self, account_id, field, logged, recomputed):
        if logged != recomputed:
            who = "" if account_id is None else f", account {account_id}"
            raise Difference(f"{self.run}{who}, field {field}: logged {logged}, recomputed {recomputed}")


CHECKED = {
    "AccountStateChanged",
    "LiquidatingAccountAssessed",
    "LiquidationTriggered",
    "MarginCallIssued",
    "MarginCallMet",
    "MarginCallExpired",
}


def entries_of(source):
    """Entries of a file of lines, or of all logs that a running clearing house serves."""
    if source.startswith(("http://", "https://")):
        for log in LOGS:
            for partition in itertools.count(GLOBAL):
                entries = served(source, log, partition)
                if entries is None and partition != GLOBAL:
                    break
                for number, entry in enumerate(entries or [], 1):
                    yield entry_of(entry, f"item {number} of {log}/{partition}")
        return
    try:
        with (gzip.open if source.endswith(".gz") else open)(source, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield entry_of(json.loads(line), f"line {number} of {source}")
    except (EOFError, zlib.error) as error:
        raise Unusable(f"{source} is cut or damaged: {error}") from error


ENTRY = {"log": str, "partition": int, "position": int, "cause": dict, "payload": dict} | dict.fromkeys(
    ["id", "type", "hash", "chain"], str
)


def entry_of(value, place):
    if not isinstance(value, dict) or not all(isinstance(value.get(field), kind) for field, kind in ENTRY.items()):
        raise Unusable(f"{place} is no entry of a log")
    return value


def served(base, log, partition):
    """All entries of a partition, page by page; None when there is no such partition."""
    token = os.environ.get("BALLAST_TOKEN")
    entries, after = [], 0
    while after is not None:
        url = f"{base.rstrip('/')}/logs/{log}/{partition}?after={after}&limit=1000"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
        try:
            with urllib.request.urlopen(request) as response:
                page = json.load(response)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise
        entries += page["items"]
        after = page["next"]
    return entries


def read_logs(sources):
    logs = defaultdict(list)
    for source in sources:
        for entry in entries_of(source):
            logs[entry["log"], entry["partition"]].append(entry)
    for (log, partition), entries in logs.items():
        entries.sort(key=lambda entry: entry["position"])
        for index, entry in enumerate(entries):
            if entry["position"] != index + 1:
                raise Unusable(f"{log}/{partition} has no position {index + 1}")
    return logs


# --- What binds the entries to each other ---------------------------------------------------------------------------

NAMESPACE = uuid.UUID("5d1f0c1e-6a4b-4b0f-9c53-b6a1d2e47f10")  # CLR-LOG-011


def cause_name(cause):
    """CLR-LOG-011."""
    fields = {
        "event": ("log", "partition", "position"),
        "command": ("id",),
        "timer": ("id", "due"),
        "start": ("position",),
    }
    return "/".join([cause["kind"], *(str(cause[field]) for field in fields[cause["kind"]])])


def check_seals(entries):
    """Id, hash and chain of every entry of a partition from its beginning: CLR-LOG-011, 013, 014."""
    head, ordinals = bytes(32), defaultdict(int)
    for entry in entries:
        place = f"{entry['log']}/{entry['partition']}"
        name = f"{place}/{cause_name(entry['cause'])}"
        envelope = {field: value for field, value in entry.items() if field not in ("hash", "chain")}
        text = json.dumps(envelope, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        digest = hashlib.sha256(text.encode("utf-8")).digest()
        head = hashlib.sha256(head + digest).digest()
        sealed = {
            "id": str(uuid.uuid5(NAMESPACE, f"{name}/{ordinals[name]}")),
            "hash": digest.hex(),
            "chain": head.hex(),
        }
        ordinals[name] += 1
        for field, found in sealed.items():
            if entry[field] != found:
                raise Difference(
                    f"entry {place}#{entry['position']}, field {field}: logged {entry[field]}, recomputed {found}"
                )


def main(files):
    if not files:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    count = defaultdict(int)
    try:
        logs = read_logs(files)
        try:
            for partition in sorted(p for log, p in logs if log == "margin" and p != GLOBAL):
                Partition(logs, partition, count).replay()
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, struct.error):
            # What no run can be read from is named where it was altered.
            for place in sorted(logs):
                check_seals(logs[place])
            traceback.print_exc()
            return 2
        for place in sorted(logs):
            check_seals(logs[place])
            count["entries"] += len(logs[place])
    except Difference as difference:
        print(f"DIFFERENT {difference}")
        return 1
    except (Unusable, OSError, ValueError) as error:
        print(f"recompute: {error}", file=sys.stderr)
        return 2
    if count["runs"] == 0:
        print("recompute: the input holds no margin run that can be judged", file=sys.stderr)
        return 2
    if count["outside"]:
        print(f"out of scope: {count['outside']} account assessments, {count['unjudged']} runs not judged")
    print(f"recomputed {count['runs']} runs, {count['assessments']} account assessments: all roots equal")
    print(f"checked {count['entries']} entries: every id, hash and chain equal")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
