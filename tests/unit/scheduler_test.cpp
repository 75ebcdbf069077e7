// The scheduler: every grain once, failures, stopping, nesting, many callers, forks, thread numbers, thread counts.
// Most cases run with several thread counts (more than the machine has, too) and under each stress switch.

#include "scheduler/ranges.h"
#include "scheduler/scheduler.h"

#include <catch2/catch.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

// ThreadSanitizer cannot follow threads that are started after a fork. AddressSanitizer's allocator has locks that the
// child inherits as they are, held by threads that it does not have.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define NO_THREADS_AFTER_FORK 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define NO_THREADS_AFTER_FORK 1
#endif
#endif

using namespace pyvm::scheduler;

namespace {

// A body from a lambda (begin, end, thread id) -> lowest failed grain or end.
template <typename Function>
ParallelForResult run(std::int64_t grains, Function function, const ParallelForOptions& options = {}) {
  const auto body = [](void* context, std::int64_t begin, std::int64_t end, int id) noexcept -> std::int64_t {
    return (*static_cast<Function*>(context))(begin, end, id);
  };
  return parallel_for(grains, body, &function, options);
}

std::vector<Configuration> settings() {
  std::vector<Configuration> all;
  for (const int threads : {1, 2, 3, 8}) all.push_back({.threads = threads, .stress = {}});
  all.push_back({.threads = 2, .stress = {.thieves_first = true}});
  all.push_back({.threads = 4, .stress = {.single_grains = true}});
  all.push_back({.threads = 4, .stress = {.same_epoch = true}});
  all.push_back({.threads = 4, .stress = {.thieves_first = true, .single_grains = true, .same_epoch = true}});
  return all;
}

void for_each_setting(const std::function<void()>& check) {
  for (const Configuration& setting : settings()) {
    configure(setting);
    INFO("threads " << setting.threads << ", thieves first " << setting.stress.thieves_first << ", single grains "
                    << setting.stress.single_grains << ", same epoch " << setting.stress.same_epoch);
    check();
  }
  configure({});
}

void work_for(std::chrono::nanoseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
  }
}

// How often each grain ran.
class Tally {
public:
  explicit Tally(std::int64_t grains) : counts_(static_cast<std::size_t>(grains)) {}
  void add(std::int64_t grain) { counts_[static_cast<std::size_t>(grain)].fetch_add(1, std::memory_order_relaxed); }
  int of(std::int64_t grain) const { return counts_[static_cast<std::size_t>(grain)].load(); }
  bool all_once() const { return all_once_below(static_cast<std::int64_t>(counts_.size())); }
  bool all_once_below(std::int64_t end) const {
    for (std::int64_t grain = 0; grain < end; ++grain) {
      if (of(grain) != 1) return false;
    }
    return true;
  }

private:
  std::vector<std::atomic<int>> counts_;
};

} // namespace

TEST_CASE("a range word gives every grain to one owner or thief") {
  RangeWord word;
  CHECK(word.take_front(16, 100).empty());
  CHECK(word.steal_back(100).empty());
  word.publish({7, 0, 160});
  const Range taken = word.take_front(16, 100);
  CHECK((taken.epoch == 7 && taken.begin == 0 && taken.end == 10));
  const Range stolen = word.steal_back(RangeWord::largest_index);
  CHECK((stolen.epoch == 7 && stolen.begin == 85 && stolen.end == 160));
  CHECK(word.take_front(16, 3).size() == 3);
  CHECK(word.steal_back(1).size() == 1);
  CHECK((word.peek().begin == 13 && word.peek().end == 84));
  word.publish({RangeWord::epoch_mask, RangeWord::largest_index - 1, RangeWord::largest_index});
  CHECK(word.steal_back(5).size() == 1);
  CHECK(word.peek().empty());
}

TEST_CASE("every grain runs once, for any number of grains") {
  for_each_setting([] {
    for (const std::int64_t grains : {0, 1, 2, 3, 15, 16, 17, 63, 64, 65, 1000, 4097}) {
      Tally tally(grains);
      const ParallelForResult result = run(grains, [&](std::int64_t begin, std::int64_t end, int) {
        for (std::int64_t grain = begin; grain < end; ++grain) tally.add(grain);
        return end;
      });
      CHECK(result.first_failed == grains);
      CHECK_FALSE(result.stopped);
      CHECK(tally.all_once());
    }
  });
}

// A number that looks random for each bound of a piece. If pieces cover [0, n) without overlap, what the end of one
// adds the begin of the next takes away, so that the sum over all pieces is mix(n) - mix(0).
std::uint64_t mix(std::int64_t bound) {
  auto bits = static_cast<std::uint64_t>(bound) * 0x9e3779b97f4a7c15u;
  bits = (bits ^ bits >> 29) * 0xbf58476d1ce4e5b9u;
  return bits ^ bits >> 32;
}

TEST_CASE("more grains than a range word counts") {
  for (const Stress& stress : {Stress{}, Stress{.same_epoch = true}}) {
    configure({.threads = 3, .stress = stress});
    const std::int64_t word = RangeWord::largest_index;
    const std::int64_t largest = std::numeric_limits<std::int64_t>::max();
    for (const std::int64_t grains : {word - 1, word, word + 1, 3 * word + 1, largest - 1, largest}) {
      std::atomic<std::uint64_t> sum{0};
      std::atomic<int> wrong{0};
      const ParallelForResult result = run(grains, [&](std::int64_t begin, std::int64_t end, int) {
        if (begin < 0 || begin >= end || end > grains) ++wrong;
        sum += mix(end) - mix(begin);
        return end;
      });
      CHECK(result.first_failed == grains);
      CHECK(wrong.load() == 0);
      CHECK(sum.load() == mix(grains) - mix(0));
    }
  }
  configure({});
}

TEST_CASE("what bodies write is seen after the loop, and what the caller wrote is seen by bodies") {
  for_each_setting([] {
    // Plain memory: a missing order is a data race that ThreadSanitizer reports.
    std::vector<std::int64_t> input(2000), output(2000);
    for (int round = 0; round < 40; ++round) {
      std::iota(input.begin(), input.end(), round);
      run(2000, [&](std::int64_t begin, std::int64_t end, int) {
        for (auto grain = static_cast<std::size_t>(begin); grain < static_cast<std::size_t>(end); ++grain)
          output[grain] = 2 * input[grain];
        return end;
      });
      CHECK(std::accumulate(output.begin(), output.end(), std::int64_t{0}) == 2000 * 1999 + 2 * 2000 * round);
    }
  });
}

TEST_CASE("the lowest failing grain is reported and all grains below it ran") {
  for_each_setting([] {
    for (const std::int64_t step : {1, 7, 100, 999}) {
      const std::int64_t grains = 1000, first = step == 1 ? 0 : 137 % step + 5;
      Tally tally(grains);
      const ParallelForResult result = run(grains, [&](std::int64_t begin, std::int64_t end, int) {
        for (std::int64_t grain = begin; grain < end; ++grain) {
          tally.add(grain);
          if (grain >= first && (grain - first) % step == 0) return grain;
        }
        return end;
      });
      CHECK(result.first_failed == first);
      CHECK_FALSE(result.stopped);
      CHECK(tally.all_once_below(first + 1));
      for (std::int64_t grain = first; grain < grains; ++grain) CHECK(tally.of(grain) <= 1);
    }
  });
}

TEST_CASE("grains above a failure are dropped, also by bodies that look at the stop word") {
  configure({.threads = 2});
  std::atomic<std::int64_t> ran{0};
  const ParallelForResult result = run(1000, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t grain = begin; grain < end; ++grain) {
      if (stop_word().load(std::memory_order_relaxed) <= grain) return grain;
      ran.fetch_add(1);
      work_for(std::chrono::microseconds(100));
      if (grain == 20) return grain;
    }
    return end;
  });
  CHECK(result.first_failed == 20);
  CHECK(ran.load() >= 21);
  CHECK(ran.load() < 900);
  configure({});
}

TEST_CASE("a poll that says stop ends the job soon") {
  struct Context {
    std::atomic<std::int64_t> ran{0};
    std::atomic<int> polls{0};
    std::thread::id caller = std::this_thread::get_id();
  };
  for_each_setting([] {
    for (const bool long_grains : {false, true}) {
      Context context;
      const auto body = [](void* pointer, std::int64_t begin, std::int64_t end, int) noexcept -> std::int64_t {
        auto& shared = *static_cast<Context*>(pointer);
        for (std::int64_t grain = begin; grain < end; ++grain) {
          if (checkpoint(grain)) return grain;
          work_for(std::chrono::microseconds(200));
          shared.ran.fetch_add(1);
        }
        return end;
      };
      const auto short_body = [](void* pointer, std::int64_t begin, std::int64_t end, int) noexcept -> std::int64_t {
        work_for(std::chrono::microseconds(200) * (end - begin));
        static_cast<Context*>(pointer)->ran.fetch_add(end - begin);
        return end;
      };
      const auto poll = [](void* pointer) noexcept {
        auto& shared = *static_cast<Context*>(pointer);
        return shared.caller == std::this_thread::get_id() && ++shared.polls == 2;
      };
      const auto begin = std::chrono::steady_clock::now();
      const ParallelForResult result =
          parallel_for(50'000, long_grains ? GrainBody(body) : GrainBody(short_body), &context, {.poll = poll});
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
      CHECK(result.stopped);
      CHECK(context.polls.load() == 2);
      CHECK(context.ran.load() < 50'000);
      CHECK(took.count() >= 0.099);
      // 10 s of work on one thread. Bodies that do not look at the stop word end with the pieces they have.
      CHECK(took.count() < (long_grains ? 1.0 : 3.0));
    }
  });
}

TEST_CASE("the caller polls while it waits in the join") {
  configure({.threads = 2});
  struct Context {
    std::atomic<bool> stolen{false};
    std::atomic<int> polls{0};
  } context;
  // One grain for each; the worker's takes until the caller has polled three times.
  const auto body = [](void* pointer, std::int64_t begin, std::int64_t end, int id) noexcept -> std::int64_t {
    auto& shared = *static_cast<Context*>(pointer);
    if (id == 0) {
      while (!shared.stolen && begin == 0) std::this_thread::yield();
      return end;
    }
    shared.stolen = true;
    while (shared.polls < 3) std::this_thread::yield();
    return end;
  };
  const auto poll = [](void* pointer) noexcept {
    ++static_cast<Context*>(pointer)->polls;
    return false;
  };
  const ParallelForResult result = parallel_for(2, body, &context, {.poll = poll});
  CHECK_FALSE(result.stopped);
  CHECK(context.polls.load() >= 3);
  configure({});
}

TEST_CASE("nested loops") {
  for_each_setting([] {
    const std::int64_t outer = 12, inner = 50;
    Tally tally(outer * inner * 3);
    const ParallelForResult result = run(outer, [&](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t i = begin; i < end; ++i) {
        run(inner, [&](std::int64_t inner_begin, std::int64_t inner_end, int) {
          for (std::int64_t j = inner_begin; j < inner_end; ++j) {
            run(3, [&](std::int64_t b, std::int64_t e, int) {
              for (std::int64_t k = b; k < e; ++k) tally.add((i * inner + j) * 3 + k);
              return e;
            });
          }
          return inner_end;
        });
      }
      return end;
    });
    CHECK(result.first_failed == outer);
    CHECK(tally.all_once());
  });
}

TEST_CASE("a failure inside a nested loop is that loop's alone") {
  for_each_setting([] {
    const ParallelForResult result = run(40, [&](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t i = begin; i < end; ++i) {
        const ParallelForResult inner =
            run(30, [&](std::int64_t b, std::int64_t e, int) { return b <= i && i < e ? i : e; });
        if (inner.stopped || inner.first_failed != std::min<std::int64_t>(i, 30)) return i;
      }
      return end;
    });
    CHECK(result.first_failed == 40);
    CHECK_FALSE(result.stopped);
  });
}

TEST_CASE("an outer stop reaches nested loops, and an outer poll is asked by them") {
  for_each_setting([] {
    static std::atomic<int> polls;
    polls = 0;
    const auto poll = [](void*) noexcept { return ++polls >= 2; };
    const auto body = [](void*, std::int64_t begin, std::int64_t end, int) noexcept -> std::int64_t {
      for (std::int64_t i = begin; i < end; ++i) {
        const ParallelForResult inner = run(1'000'000, [](std::int64_t b, std::int64_t e, int) {
          for (std::int64_t j = b; j < e; ++j) {
            if (checkpoint(j)) return j;
            work_for(std::chrono::microseconds(20));
          }
          return e;
        });
        if (inner.stopped) return i;
      }
      return end;
    };
    const auto begin = std::chrono::steady_clock::now();
    const ParallelForResult result = parallel_for(4, body, nullptr, {.poll = poll});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    CHECK(result.stopped);
    CHECK(took.count() < 2.0);
  });
}

TEST_CASE("thread numbers are unique while held, below the limit, and shared by nested loops") {
  for_each_setting([] {
    for (const int limit : {0, 1, 2, 3}) {
      const int most = limit == 0 ? max_threads() : std::min(limit, max_threads());
      std::vector<std::atomic<std::size_t>> owners(static_cast<std::size_t>(most));
      std::atomic<int> wrong{0};
      const auto hold = [&](int id) {
        if (id != thread_id() || id < 0 || id >= most || num_threads() != most) {
          ++wrong;
          return;
        }
        // A number belongs to one thread during the whole job.
        const std::size_t me = std::hash<std::thread::id>()(std::this_thread::get_id());
        std::size_t nobody = 0;
        if (!owners[static_cast<std::size_t>(id)].compare_exchange_strong(nobody, me) && nobody != me) ++wrong;
      };
      run(300,
          [&](std::int64_t begin, std::int64_t end, int id) {
            hold(id);
            for (std::int64_t i = begin; i < end; ++i) {
              if (i % 10 == 0) {
                run(20, [&](std::int64_t, std::int64_t e, int inner_id) {
                  hold(inner_id);
                  work_for(std::chrono::microseconds(2));
                  return e;
                });
              }
            }
            hold(id);
            return end;
          },
          {.max_threads = limit});
      CHECK(wrong.load() == 0);
      CHECK(thread_id() == 0);
    }
  });
}

TEST_CASE("a nested loop with fewer threads numbers its own") {
  configure({.threads = 4});
  std::atomic<int> wrong{0};
  run(16, [&](std::int64_t, std::int64_t end, int) {
    run(40,
        [&](std::int64_t, std::int64_t e, int id) {
          if (id >= 2 || num_threads() != 2) ++wrong;
          work_for(std::chrono::microseconds(5));
          return e;
        },
        {.max_threads = 2});
    if (num_threads() != 4) ++wrong;
    return end;
  });
  CHECK(wrong.load() == 0);
  configure({});
}

TEST_CASE("many callers at once") {
  for_each_setting([] {
    std::vector<std::thread> callers;
    std::atomic<int> wrong{0};
    for (int caller = 0; caller < 6; ++caller) {
      callers.emplace_back([&, caller] {
        for (int round = 0; round < 60; ++round) {
          const std::int64_t grains = 1 + (caller * 37 + round * 11) % 200;
          std::vector<int> counts(static_cast<std::size_t>(grains));
          const ParallelForResult result = run(grains, [&](std::int64_t begin, std::int64_t end, int) {
            for (std::int64_t grain = begin; grain < end; ++grain) ++counts[static_cast<std::size_t>(grain)];
            return end;
          });
          if (result.first_failed != grains || counts != std::vector<int>(static_cast<std::size_t>(grains), 1)) ++wrong;
        }
      });
    }
    for (std::thread& caller : callers) caller.join();
    CHECK(wrong.load() == 0);
  });
}

namespace {

// Random loops, nested up to twice, some failing, each checked.
class RandomLoops {
public:
  explicit RandomLoops(unsigned seed) : random_(seed) {}

  enum Outcome { Right, Wrong, Stopped };

  // Stopped, if an enclosing loop failed below the grain that this one is in.
  Outcome run_one(int depth) {
    const std::int64_t grains = number(1, depth == 0 ? 300 : 40);
    const std::int64_t failing = number(0, 3) == 0 ? number(0, grains - 1) : grains;
    const std::int64_t nesting = depth < 2 && number(0, 2) == 0 ? number(0, grains - 1) : grains;
    const auto seed = static_cast<unsigned>(number(0, 1'000'000));
    Tally tally(grains);
    std::atomic<Outcome> nested{Right};
    const ParallelForResult result = run(grains,
                                         [&](std::int64_t begin, std::int64_t end, int) {
                                           for (std::int64_t grain = begin; grain < end; ++grain) {
                                             tally.add(grain);
                                             if (grain == nesting) nested = RandomLoops(seed).run_one(depth + 1);
                                             if (grain >= failing) return grain;
                                           }
                                           return end;
                                         },
                                         {.predicted_microseconds = number(0, 3) == 0 ? 1.0 : unknown_duration,
                                          .max_threads = static_cast<int>(number(0, 3))});
    if (result.stopped) return depth == 0 || nested == Wrong ? Wrong : Stopped;
    const bool nested_right = nested == Right || (nested == Stopped && nesting > failing);
    return nested_right && result.first_failed == failing && tally.all_once_below(std::min(failing + 1, grains))
               ? Right
               : Wrong;
  }

  std::int64_t number(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }

private:
  std::minstd_rand random_;
};

} // namespace

TEST_CASE("random loops from many callers, nested and failing, while workers come and go") {
  for_each_setting([] {
    std::atomic<int> wrong{0};
    std::vector<std::thread> callers;
    for (unsigned caller = 1; caller <= 4; ++caller) {
      callers.emplace_back([&wrong, caller] {
        RandomLoops loops(caller);
        for (int round = 0; round < 100; ++round) {
          if (loops.run_one(0) != RandomLoops::Right) ++wrong;
          if (loops.number(0, 9) == 0) std::this_thread::sleep_for(std::chrono::microseconds(loops.number(1, 3000)));
        }
      });
    }
    for (std::thread& caller : callers) caller.join();
    CHECK(wrong.load() == 0);
  });
}

TEST_CASE("all threads come when there is work for them") {
  // Each grain waits until another thread is in the job as well: one thread alone would never end.
  for (const int threads : {2, 4}) {
    configure({.threads = threads});
    for (int round = 0; round < 20; ++round) {
      std::atomic<int> inside{0};
      run(threads, [&](std::int64_t, std::int64_t end, int) {
        ++inside;
        while (inside < threads) std::this_thread::yield();
        return end;
      });
      CHECK(inside.load() == threads);
      if (round % 5 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5)); // Workers park in between.
    }
  }
  configure({});
}

TEST_CASE("short loops run on the caller alone") {
  configure({.threads = 4});
  std::set<int> ids;
  for (int round = 0; round < 100; ++round) {
    run(1000,
        [&](std::int64_t, std::int64_t end, int id) {
          ids.insert(id); // Unguarded: there is nobody else.
          return end;
        },
        {.predicted_microseconds = 1});
  }
  CHECK(ids == std::set<int>{0});
  configure({});
}

TEST_CASE("short loops in a burst wake a helper for those that follow") {
  configure({.threads = 2});
  std::atomic<bool> helped{false};
  // Each loop alone would not be worth a wake-up.
  for (int round = 0; round < 100000 && !helped; ++round) {
    run(16,
        [&](std::int64_t, std::int64_t end, int id) {
          if (id != 0) helped = true;
          for (int pause = 0; pause < 100; ++pause) std::this_thread::yield();
          return end;
        },
        {.predicted_microseconds = 50});
  }
  CHECK(helped);
  configure({});
}

TEST_CASE("thread counts are set for each thread") {
  configure({.threads = 4});
  CHECK(max_threads() == 4);
  CHECK(num_threads() == 4);
  CHECK_FALSE(set_num_threads(0));
  CHECK_FALSE(set_num_threads(5));
  CHECK_FALSE(set_num_threads(-1));
  REQUIRE(set_num_threads(2));
  CHECK(num_threads() == 2);
  int in_other_thread = 0;
  std::thread([&] { in_other_thread = num_threads(); }).join();
  CHECK(in_other_thread == 4);

  std::atomic<int> highest{0}, wrong{0};
  run(200, [&](std::int64_t, std::int64_t end, int id) {
    if (num_threads() != 2) ++wrong;
    if (id > highest) highest = id;
    work_for(std::chrono::microseconds(20));
    return end;
  });
  CHECK(wrong.load() == 0);
  CHECK(highest.load() <= 1);

  // Inside a body it is about the nested loops that the thread starts.
  run(8, [&](std::int64_t, std::int64_t end, int) {
    if (!set_num_threads(3) || num_threads() != 3) ++wrong;
    run(8, [&](std::int64_t, std::int64_t e, int id) {
      if (num_threads() != 3 || id > 2) ++wrong;
      return e;
    });
    return end;
  });
  CHECK(wrong.load() == 0);
  CHECK(num_threads() == 2);
  REQUIRE(set_num_threads(4));
  configure({});
}

TEST_CASE("outside of jobs there is nothing to stop") {
  CHECK(thread_id() == 0);
  CHECK_FALSE(checkpoint(0));
  CHECK(stop_word().load() == std::numeric_limits<std::int64_t>::max());
}

#ifndef NO_THREADS_AFTER_FORK

namespace {

// The exit status of a child that runs `work`.
int in_child(const std::function<bool()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    _exit(work() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

bool sums_right() {
  std::atomic<std::int64_t> sum{0};
  const ParallelForResult result = run(500, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t grain = begin; grain < end; ++grain) sum += grain;
    return end;
  });
  return result.first_failed == 500 && !result.stopped && sum == 500 * 499 / 2;
}

bool two_threads_meet() {
  std::atomic<int> inside{0};
  run(2, [&](std::int64_t, std::int64_t end, int) {
    ++inside;
    while (inside < 2) std::this_thread::yield();
    return end;
  });
  return inside == 2;
}

} // namespace

TEST_CASE("a forked child has threads of its own") {
  configure({.threads = 4});
  REQUIRE(sums_right());
  for (int round = 0; round < 10; ++round) {
    CHECK(in_child([] { return sums_right() && two_threads_meet(); }) == 0);
    CHECK(two_threads_meet());
    if (round % 3 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  configure({});
}

TEST_CASE("forks while other threads run jobs") {
  configure({.threads = 4});
  std::atomic<bool> enough{false};
  std::thread other([&] {
    while (!enough) sums_right();
  });
  for (int round = 0; round < 10; ++round)
    CHECK(in_child([] { return sums_right() && two_threads_meet() && sums_right(); }) == 0);
  enough = true;
  other.join();
  CHECK(two_threads_meet());
  configure({});
}

TEST_CASE("a child that was forked inside a job comes out of it, stopped") {
  configure({.threads = 2});
  const pid_t parent = getpid();
  std::atomic<int> inside{0};
  std::atomic<pid_t> child{-1};
  // The worker holds a grain while the caller forks, and the child has no such worker.
  const ParallelForResult result = run(2, [&](std::int64_t, std::int64_t end, int id) {
    ++inside;
    while (inside < 2) std::this_thread::yield();
    if (id == 0)
      child = fork();
    else
      while (child == -1) std::this_thread::yield();
    return end;
  });
  if (getpid() != parent) _exit(result.stopped && sums_right() && two_threads_meet() ? 0 : 1);
  CHECK_FALSE(result.stopped);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  configure({});
}

#endif
