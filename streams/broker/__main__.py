"""Run a broker in the foreground, for development: python -m streams.broker [--folder F] [--port N]"""

import argparse
import signal
import sys
import time
from pathlib import Path

from streams.broker.embedded import EmbeddedKafka
from streams.broker.errors import BrokerError


def main() -> int:
    """Return 0 after Ctrl-C or SIGTERM, 1 when the broker cannot start or stops by itself."""
    parser = argparse.ArgumentParser(prog="python -m streams.broker", description=__doc__)
    parser.add_argument("--folder", type=Path, help="keep data here (default: temporary, removed at the end)")
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1 (default: a free one)")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with EmbeddedKafka(options.folder, port=options.port, progress=_show) as kafka:
            sys.stdout.write(f"{kafka.bootstrap}\n")
            sys.stdout.flush()
            while (why := kafka.died()) is None:
                time.sleep(0.2)
        sys.stderr.write(f"{why}\n")
    except BrokerError as error:
        sys.stderr.write(f"{error}\n")
    except KeyboardInterrupt:
        return 0
    return 1


def _show(done: int, total: int) -> None:
    sys.stderr.write(f"\rdownloading Kafka {100 * done // total} %" + ("\n" if done == total else ""))


if __name__ == "__main__":
    sys.exit(main())
