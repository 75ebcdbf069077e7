"""Time measured in blocks, so that contenders do not disturb each other.

A block belongs to one contender: at least 70 ms of calls, of which the first 20 ms are thrown away, because caches,
clock and parked threads come back in them. A block ends when the process is idle: worker threads of OpenMP, BLAS and
others spin for a while after a call, and would take the second core from whoever is measured next. Idle is not assumed,
it is read from the process's CPU time.
"""

import statistics
import time

DISCARD_S = 0.020
KEEP_S = 0.050
# Calls shorter than this are timed several at once, so that the clock costs nothing.
SAMPLE_S = 0.0002
# Calls longer than this are kept although they contain the block's first 20 ms: those are a tenth of them at most.
LONG_CALL_S = 10 * DISCARD_S

IDLE_STEP_S = 0.005
IDLE_SHARE = 0.06
IDLE_LIMIT_S = 1.0


def wait_until_idle():
    """Sleeps until no thread of this process runs. False if one still does after a second."""
    end = time.perf_counter() + IDLE_LIMIT_S
    while time.perf_counter() < end:
        wall, cpu = time.perf_counter(), time.process_time()
        time.sleep(IDLE_STEP_S)
        if time.process_time() - cpu < IDLE_SHARE * (time.perf_counter() - wall):
            return True
    return False


def seconds_of(run, calls):
    start = time.perf_counter()
    run(calls)
    return time.perf_counter() - start


def warm_up(run, least_s=0.2):
    """Calls until everything is compiled and warm; returns how many calls make one sample."""
    spent = seconds_of(run, 1)
    one = seconds_of(run, 1)
    calls = 1
    while spent + one < least_s or one * calls < SAMPLE_S:
        if one * calls < SAMPLE_S:
            calls *= 2
        took = seconds_of(run, calls)
        one = took / calls
        spent += took
    wait_until_idle()
    return calls


def block(run, calls):
    """One block: the seconds of each call that counts, and whether the process was idle afterwards."""
    samples = []
    start = time.perf_counter()
    while True:
        begun = time.perf_counter() - start
        took = seconds_of(run, calls)
        if begun >= DISCARD_S or took >= LONG_CALL_S:
            samples.append(took / calls)
        if samples and time.perf_counter() - start >= DISCARD_S + KEEP_S:
            return samples, wait_until_idle()


def alternate(contenders, seconds):
    """Blocks of each contender in turn, starting with another one each round; adds to `rounds` of each.

    At least five rounds are made, three where they are long, however long they take.
    """
    start = time.perf_counter()
    done = 0
    while True:
        first = done % len(contenders)
        for contender in contenders[first:] + contenders[:first]:
            samples, idle = contender.block()
            contender.rounds.append(samples)
            contender.restless_blocks += not idle
        done += 1
        spent = time.perf_counter() - start
        if spent >= seconds and done >= (5 if spent < 3 * seconds else 3):
            return


def summary(samples):
    return {"best": min(samples), "median": statistics.median(samples), "samples": len(samples)}
