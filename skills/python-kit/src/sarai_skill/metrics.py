"""Counts what a skill did."""

import bisect
import math
import time

from . import skills_pb2 as pb

# Upper bounds of the latency histogram.
UPPER_SECONDS = (
    0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, math.inf)

RESULT_OF_CODE = {"timeout": "timed_out", "cancelled": "cancelled", "busy": "refused"}


class Metrics:
    def __init__(self):
        self._start = time.monotonic()
        self._counts = dict.fromkeys(("requests", "succeeded", "failed", "timed_out", "cancelled", "refused"), 0)
        self._reloads = self._failed_reloads = 0
        self._buckets = [0] * len(UPPER_SECONDS)
        self._sum_seconds = 0.0

    def count(self, result, seconds):
        self._counts["requests"] += 1
        self._counts[result] += 1
        self._buckets[bisect.bisect_left(UPPER_SECONDS, seconds)] += 1
        self._sum_seconds += seconds

    def count_reload(self, succeeded):
        if succeeded:
            self._reloads += 1
        else:
            self._failed_reloads += 1

    def message(self, running, waiting):
        buckets = [
            pb.Histogram.Bucket(upper_seconds=upper, count=count) for upper, count in zip(UPPER_SECONDS, self._buckets)]
        return pb.Metrics(
            **self._counts, running=running, waiting=waiting, reloads=self._reloads,
            failed_reloads=self._failed_reloads, uptime_seconds=time.monotonic() - self._start,
            latency=pb.Histogram(buckets=buckets, sum_seconds=self._sum_seconds))
