"""Sales, prices or loads from a table to their next steps: train, compare with simple rules, backtest, forecast, draw.

    python examples/forecast_sales.py [--data sales.csv] [--horizon 4] [--epochs 10] [--out run/forecast]

--data is a table with a column of dates. Without it the example writes weekly sales of three shops.
"""

import argparse
import sys
from pathlib import Path

import crnn
from crnn.backtest import backtest
from crnn.data.toy import sales
from crnn.report import forecasts


def main() -> None:
    """From a table to its continuation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--horizon", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--out", type=Path, default=Path("run/forecast"))
    options = parser.parse_args()

    options.out.mkdir(parents=True, exist_ok=True)
    own = {} if options.data else {"target": "sales", "season": 13}
    data = options.data or sales(options.out / "sales.csv", shops=3, weeks=160)
    model = crnn.Model(crnn.Forecasting(options.horizon, **own), size="tiny")
    model.fit(data, epochs=options.epochs, options=crnn.TrainOptions(progress=sys.stderr.isatty()))

    # The last steps of each series were kept for validation: the network is judged on them beside simple rules.
    found = backtest(model, data, folds=3)
    for who, measures in found.measures.items():
        print(f"{who:15s} mae {measures['mae']:.4g}  smape {measures['smape']:.1%}")
    print(found.verdict)

    ahead = model.predict(data)
    ahead.to_csv(options.out / "next.csv")
    records, _ = model.task.read(data)
    drawn = forecasts.picture(ahead, [record.source for record in records])
    (options.out / "next.png").write_bytes(drawn.png)
    model.save(options.out / "model")
    print(f"{len(ahead)} series, {options.horizon} steps ahead: {options.out}/next.csv, next.png, model/")


if __name__ == "__main__":
    main()
