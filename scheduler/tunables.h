#pragma once
// Every number of the scheduler that was chosen by measuring and could be another one. No result depends on them.

#include <cstdint>

namespace pyvm::scheduler::tunables {

// Loops predicted to be shorter run on the caller alone: splitting costs two or three cache line transfers.
constexpr double worth_sharing_microseconds = 5;
// The same where no helper is awake: waking one costs the waker 10 to 14 us, and it arrives after about 50.
constexpr double worth_waking_microseconds = 100;
// Short loops that follow each other within this time count together when it is asked whether waking is worth it.
constexpr std::int64_t burst_ns = 2'000'000;
// A loop with at least so many grains is tried on one grain and timed before anybody is woken; with fewer, one grain
// could be a noticeable part of the whole.
constexpr std::uint32_t worth_timing_grains = 64;

// An owner takes 1/owner_share of what is left of its range at a time, at least one grain.
constexpr std::uint32_t owner_share = 16;
// Where there is a poll, no piece of the caller is meant to take longer.
constexpr std::int64_t longest_piece_ns = 10'000'000;
// Time between two polls, and the longest sleep in the join.
constexpr std::int64_t poll_interval_ns = 50'000'000;

// How long an idle worker, and a caller in its join, spins before it parks.
constexpr std::int64_t spin_ns = 2'000'000;
// Pauses between two looks at the clock while spinning; the CPU is offered to others as often.
constexpr int pauses_per_look = 32;
// A spinning thread that finds so much time missing was preempted: somebody else wants the core. It parks, and does not
// spin again for a while.
constexpr std::int64_t preempted_ns = 200'000;
constexpr std::int64_t spin_ban_ns = 100'000'000;

// The workers' CPU masks follow the caller from CPU to CPU, but not more often than this.
constexpr std::int64_t repin_interval_ns = 5'000'000;

// Under Stress::thieves_first, how long an owner waits for a thief.
constexpr std::int64_t hesitation_ns = 200'000;

// No more threads than this, whatever the environment says.
constexpr int most_threads = 1024;

} // namespace pyvm::scheduler::tunables
