"""Holds Ballast's Black-76 values, greeks and implied volatilities against QuantLib's and prints the largest differences.

  python3 -m venv /tmp/quantlib && /tmp/quantlib/bin/pip install -r tools/quantlib-check/requirements.txt
  npm run build && /tmp/quantlib/bin/python tools/quantlib-check/check.py
"""
import json
import math
import pathlib
import subprocess
import sys

import QuantLib as ql

HERE = pathlib.Path(__file__).resolve().parent
# Relative to the figure's scale below; QuantLib's own forms lose digits near the money and in the wings.
BOUND = {"value": 1e-12, "delta": 1e-12, "gamma": 1e-12, "vega": 1e-12, "theta": 1e-10, "rho": 1e-12, "vanna": 1e-5, "volga": 1e-6, "implied": 1e-8}


def quantlib(o):
    kind = ql.Option.Call if o["type"] == "call" else ql.Option.Put
    f, k, t, vol, df = o["forward"], o["strike"], o["timeYears"], o["volatility"], o["discount"]
    deviation = vol * math.sqrt(t)
    c = ql.BlackCalculator(ql.PlainVanillaPayoff(kind, k), f, deviation, df)
    # delta by forward from QuantLib's deltaForward; gamma likewise; theta and rho at a constant forward by their definitions.
    steps = vol * 1e-4, f * deviation * 1e-3
    vega_at = lambda fwd, v: ql.BlackCalculator(ql.PlainVanillaPayoff(kind, k), fwd, v * math.sqrt(t), df).vega(t)
    out = {
        "value": c.value(),
        "delta": c.deltaForward(),
        "gamma": c.gammaForward(),
        "vega": c.vega(t),
        "theta": o["rate"] * c.value() - 0.5 * c.gammaForward() * f * f * vol * vol,
        "rho": -t * c.value(),
        "vanna": (vega_at(f + steps[1], vol) - vega_at(f - steps[1], vol)) / (2 * steps[1]),
        "volga": (vega_at(f, vol + steps[0]) - vega_at(f, vol - steps[0])) / (2 * steps[0]),
    }
    try:
        out["implied"] = ql.blackFormulaImpliedStdDev(kind, k, f, c.value(), df, 0.0, deviation, 1e-14, 1000) / math.sqrt(t)
    except RuntimeError:
        out["implied"] = None  # QuantLib gives up on some options deep in the money
    return out


def main():
    lines = subprocess.run(["node", str(HERE / "dist" / "write-options.js")], check=True, capture_output=True, text=True).stdout
    options = [json.loads(line) for line in lines.splitlines()]
    worst = {}
    skipped = 0
    for o in options:
        theirs = quantlib(o)
        total = o["volatility"] * math.sqrt(o["timeYears"])
        money = max(o["forward"], o["strike"])
        scale = {
            # QuantLib's distribution function is exact to 1e-16 absolutely, so its value to 1e-16 of the forward or strike.
            "value": money,
            "delta": 1,
            "gamma": 1 / (o["forward"] * total),
            "vega": o["forward"] * math.sqrt(o["timeYears"]),
            "theta": o["forward"] * o["volatility"] / math.sqrt(o["timeYears"]),
            "rho": o["timeYears"] * money,
            "vanna": 1 / o["volatility"],
            "volga": o["forward"] * math.sqrt(o["timeYears"]) / o["volatility"],
            "implied": o["volatility"],
        }
        # In the money an option's price says little of its volatility; compare what the price still tells.
        intrinsic = o["discount"] * max(0.0, (o["forward"] - o["strike"]) * (1 if o["type"] == "call" else -1))
        informative = theirs["value"] - intrinsic > 1e-4 * theirs["value"]
        for name, figure in theirs.items():
            if name == "implied" and (figure is None or not informative):
                skipped += 1
                continue
            difference = abs(o[name] - figure) / scale[name]
            if difference > worst.get(name, (-1,))[0]:
                worst[name] = (difference, o)
    print(f"QuantLib {ql.__version__}, {len(options)} options, {skipped} implied volatilities left out (price without information)")
    print(f"{'figure':8} {'largest difference':>20} {'allowed':>10}   at")
    failed = False
    for name, (difference, o) in worst.items():
        failed |= not difference <= BOUND[name]
        at = f"{o['type']} K {o['strike']:.2f} T {o['timeYears']:.4f} vol {o['volatility']} rate {o['rate']}"
        print(f"{name:8} {difference:20.2e} {BOUND[name]:10.0e}   {at}")
    largest = max(worst, key=lambda name: worst[name][0] / BOUND[name])
    print(f"largest against its bound: {largest} {worst[largest][0]:.2e}; {'failed' if failed else 'passed'}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
