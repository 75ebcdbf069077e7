#include "tracer/trace/ticker.h"

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace pyvm::tracer {

namespace {

constexpr std::chrono::milliseconds tick{10};
constexpr int ticks_before_parking = 100;

std::atomic<std::int32_t> running{0};

// The words form a list that only grows: a thread takes one that is free, or adds one, and frees it when it ends.
struct alignas(64) StopWord {
  std::atomic<std::int32_t> word{0};
  std::atomic<bool> taken{true};
  StopWord* next = nullptr;
};
std::atomic<StopWord*> words{nullptr};

StopWord& take_word() {
  for (StopWord* each = words.load(std::memory_order_acquire); each; each = each->next) {
    bool taken = false;
    if (each->taken.compare_exchange_strong(taken, true)) return *each;
  }
  auto* fresh = new StopWord;
  fresh->next = words.load(std::memory_order_relaxed);
  while (!words.compare_exchange_weak(fresh->next, fresh, std::memory_order_release, std::memory_order_relaxed)) {
  }
  return *fresh;
}

struct WordOfThread {
  StopWord& mine = take_word();
  ~WordOfThread() { mine.taken.store(false); }
};

// Never destroyed: the thread may outlive static destructors. A forked child gets a new one.
struct Ticker {
  std::mutex mutex;
  std::condition_variable wake;
  std::atomic<bool> awake{false}; // written under the mutex

  void loop() {
    int idle = 0;
    for (;;) {
      std::this_thread::sleep_for(tick);
      if (running.load(std::memory_order_seq_cst) > 0) {
        set_all_stop_words();
        idle = 0;
      } else if (++idle > ticks_before_parking) {
        std::unique_lock lock(mutex);
        awake.store(false, std::memory_order_seq_cst);
        // Who counts itself after this load sees `awake` false and wakes the ticker; who did before is seen here.
        wake.wait(lock, [this] { return awake.load() || running.load(std::memory_order_seq_cst) > 0; });
        awake.store(true, std::memory_order_seq_cst);
        idle = 0;
      }
    }
  }
};

std::atomic<Ticker*> the_ticker{nullptr};

void forget_in_child() {
  the_ticker.store(nullptr);
  running.store(0);
}

void start_or_wake() {
  Ticker* ticker = the_ticker.load();
  if (!ticker) {
    static std::once_flag at_fork;
    std::call_once(at_fork, [] { pthread_atfork(nullptr, nullptr, forget_in_child); });
    auto* fresh = new Ticker;
    fresh->awake = true;
    if (!the_ticker.compare_exchange_strong(ticker, fresh)) {
      delete fresh;
      return;
    }
    std::thread([fresh] { fresh->loop(); }).detach();
    return;
  }
  std::lock_guard lock(ticker->mutex);
  ticker->awake.store(true);
  ticker->wake.notify_one();
}

} // namespace

void set_all_stop_words() {
  for (StopWord* each = words.load(std::memory_order_acquire); each; each = each->next)
    each->word.store(1, std::memory_order_relaxed);
}

std::atomic<std::int32_t>& stop_word() {
  thread_local const WordOfThread word;
  return word.mine.word;
}

RunningCode::RunningCode() {
  running.fetch_add(1, std::memory_order_seq_cst);
  Ticker* ticker = the_ticker.load(std::memory_order_acquire);
  if (!ticker || !ticker->awake.load(std::memory_order_seq_cst)) start_or_wake();
}

RunningCode::~RunningCode() { running.fetch_sub(1, std::memory_order_relaxed); }

} // namespace pyvm::tracer
