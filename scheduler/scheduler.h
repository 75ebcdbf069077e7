#pragma once
// Parallel loops over numbered grains: the only header of this folder that other folders include.
//
// It assumes that grains may run in any order and on any thread, and that bodies do not throw. It promises that every
// grain below the lowest failing one runs exactly once, that parallel_for returns when all grains that somebody has
// claimed are done (it never waits for a thread that holds none), and that no thread touches the context afterwards.
// parallel_for may be called from any number of threads at once, inside a body, and in a forked child.
// How it works is told in README.md of this folder.

#include <atomic>
#include <cstdint>
#include <limits>

namespace pyvm::scheduler {

// Runs the grains [begin, end) of a job in ascending order. `thread_id` is unique among the threads that run the job
// and below num_threads(). Returns the lowest grain that failed, or `end` when all ran. A body that leaves early
// because checkpoint(g) or the stop word told it to returns g.
using GrainBody = std::int64_t (*)(void* context, std::int64_t begin, std::int64_t end, int thread_id) noexcept;

inline constexpr double unknown_duration = std::numeric_limits<double>::infinity();

struct ParallelForOptions {
  // What the whole loop is expected to take on one thread. Short loops run on the caller alone: below 5 microseconds,
  // below 100 where helpers would have to be woken first, unless many of them follow each other (tunables.h).
  double predicted_microseconds = unknown_duration;
  // Called on the calling thread about every 50 ms, between pieces, in checkpoint() and in the join. True stops the
  // job. A nested job on the same thread asks the outer job's poll too.
  bool (*poll)(void* context) noexcept = nullptr;
  // At most so many threads, the caller among them; 0 for num_threads().
  int max_threads = 0;
  // As in Stress, for this loop alone.
  bool thieves_first = false;
  bool single_grains = false;
};

struct ParallelForResult {
  // The lowest grain that failed, or the number of grains when none did; when `stopped`, of no meaning.
  std::int64_t first_failed;
  // Some grains may not have run, because the poll or that of an enclosing job said stop, because the grain of the
  // enclosing job lies above one that failed, or because this is a child that was forked inside the job and what other
  // threads had claimed is lost.
  bool stopped;
};

// Runs the grains [0, grains) and returns when all are done. Throws std::bad_alloc, and only before the first grain.
ParallelForResult parallel_for(std::int64_t grains, GrainBody body, void* context,
                               const ParallelForOptions& options = {});

// The calling thread will have a job that is worth sharing, in a few milliseconds: a first worker is started now, if
// there is none, because the system takes long over that (half a millisecond was seen).
void expect_job();

// How many threads the calling thread's next job uses; inside a body, how many its job uses at most.
int num_threads();
// Sets the above for the calling thread, as in Numba. Inside a body it holds for nested jobs, until the thread leaves
// the job. False, and nothing changed, unless 1 <= threads <= max_threads().
bool set_num_threads(int threads);
// The upper limit: what the machine allows (topology.h), NUMBA_NUM_THREADS, or configure().
int max_threads();

// The calling thread's number in the job whose body it runs, 0 outside. A nested job keeps the numbers of the outer
// one, so that they tell apart all threads below one outermost call, unless it asks for another number of threads.
int thread_id();

// For bodies with long grains, at most about 10 ms apart: calls the poll when it is due (on the calling thread), and
// tells whether grain `grain` and those above it may stop. False outside a job.
bool checkpoint(std::int64_t grain);

// The running job's stop word: grains at or above its value may stop. Valid as long as the body runs. Cheap to look at
// often; it changes by other threads' failures and by checkpoint(), so that a long body has to call that now and then.
const std::atomic<std::int64_t>& stop_word();

// Rare paths made common, for tests.
struct Stress {
  bool thieves_first = false; // owners hesitate before they begin a range, so that much is stolen, in many parts
  bool single_grains = false; // every claim, by owner or thief, is one grain
  bool same_epoch = false;    // range words of all jobs carry epoch 0, as if 2^24 jobs lay between any two

  bool any() const { return thieves_first || single_grains || same_epoch; }
};

struct Configuration {
  int threads = 0; // max_threads() exactly; 0: what the machine and NUMBA_NUM_THREADS say
  Stress stress{};
};

// To be called before the first job, or while no job runs anywhere: later calls begin with fresh threads, and those of
// before stay parked for good.
void configure(const Configuration& configuration);

} // namespace pyvm::scheduler
