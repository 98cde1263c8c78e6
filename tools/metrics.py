"""Prometheus' own strict reader over a server's OpenMetrics text: tools/metrics.py URL

Exit code 1 where the text is not what its media type says, or holds no sample.
"""

import sys
import urllib.request

from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST
from prometheus_client.openmetrics.parser import text_string_to_metric_families


def main(url: str) -> int:
    with urllib.request.urlopen(url, timeout=20) as answer:
        media, text = answer.headers["content-type"], answer.read().decode("utf-8")
    if media != CONTENT_TYPE_LATEST:
        print(f"{url}: {media}; expected {CONTENT_TYPE_LATEST}")
        return 1
    try:
        families = list(text_string_to_metric_families(text))
    except ValueError as error:
        print(f"{url}: not OpenMetrics: {error}")
        return 1
    samples = sum(len(family.samples) for family in families)
    print(f"{url}: {len(families)} families with {samples} samples, as OpenMetrics has them")
    return 0 if samples else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
