// A parallel prange loop: its iterations, its reductions, and how it is cut into grains.
//
// The rules are DESIGN sections 3 and 6. Lanes of an interpreted block are guest values; a lane starts as the
// operation's identity in the live-in's own kind (0 for ints, -0.0 for floats, the live-in itself for min and max),
// which gives the same results as the typed identities of compiled code: where they differ at all it is in the sign of
// a zero that the final `live_in op total` adds to an int.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "vm/bytecode/code.h"
#include "vm/interp/block_totals.h"
#include "vm/interp/frame.h"
#include "vm/object/guest_error.h"
#include "vm/object/objects.h"
#include "vm/semantics/philox.h"

namespace pyvm {

class Grain;
class Interpreter;

class PrangeJob {
public:
  PrangeJob(Frame& frame, int loop, std::int64_t start, std::int64_t step, std::int64_t iterations);
  // For the same loop with results of its own, and lanes kept: what runs for it leaves nothing in `whole`.
  enum class Apart { Tag };
  PrangeJob(const PrangeJob& whole, Apart);

  Frame& frame() const { return frame_; }
  const Code& code() const { return *frame_.code; }
  int loop_index() const { return loop_; }
  const LoopInfo& loop() const { return frame_.code->loops[loop_]; }
  std::int64_t start() const { return start_; }
  std::int64_t step() const { return step_; }
  std::int64_t iterations() const { return iterations_; }
  // Iterations of a block; without reductions there are no blocks, and any cut is right.
  std::int64_t block_size() const { return block_size_; }
  std::int64_t blocks() const { return block_count(iterations_, block_size_); }
  // The fewest blocks that one thread runs (block_totals.h), and where it puts their totals.
  std::int64_t blocks_in_group() const { return blocks_in_group_; }
  const std::vector<PrangeSelection>& selections() const { return selections_; }
  GroupFold fold() { return {reductions_, blocks(), blocks_in_group_}; }
  int lanes() const { return lanes_; }
  bool has_reductions() const { return !reductions_.empty(); }
  // Some reduction is an array (array_accumulators.h): these stand behind the others.
  bool accumulates_arrays() const;
  // One thread has to run all iterations, since the arrays are huge.
  bool runs_alone() const;
  std::vector<PrangeReduction>& reductions() { return reductions_; }
  const std::vector<PrangeReduction>& reductions() const { return reductions_; }
  // Some private's value is read behind the loop: who runs the last iteration calls leave_last_values.
  bool needs_last_values() const;
  // Some of these are not assigned in every iteration: the highest that did counts. Only `interpret` knows how.
  bool has_sometimes_assigned() const;

  // What np.random draws from in this loop's iterations: none where the body draws nothing (draws.h).
  std::optional<std::uint64_t> random_key() const { return random_key_; }
  void set_random_key(std::uint64_t key) { random_key_ = key; }

  std::int64_t index_of(std::int64_t ordinal) const {
    return start_ + static_cast<std::int64_t>(static_cast<std::uint64_t>(step_) * static_cast<std::uint64_t>(ordinal));
  }

  // Interprets [begin, end) on this thread: whole groups of blocks where there are reductions. Returns the first
  // ordinal that raised (kept by `fail`), or end.
  std::int64_t interpret(Interpreter& interpreter, std::int64_t begin, std::int64_t end);

  // A frame on this thread's stack with what an iteration may read: the caller's registers, lent.
  Frame& push_worker_frame(Interpreter& interpreter, Grain& grain) const;

  // Keeps the error of the lowest ordinal. From any thread.
  void fail(std::int64_t ordinal, GuestError error, std::uint32_t pc);
  // A value that an iteration leaves in a lane, so that it outlives the iteration's worker.
  Value kept(const Value& value);
  // The same of a sum; TypeError when it is no number any more.
  Value kept_lane(const PrangeReduction& reduction, const Value& value);
  // Copies the privates that every iteration assigns out of the frame that ran the last one, so that they outlive the
  // workers.
  void leave_last_values(const Frame& worker);

  struct Failure {
    GuestError error;
    std::int64_t ordinal;
    std::uint32_t pc;
  };
  struct LastValue {
    std::uint16_t guest_register;
    std::int64_t ordinal; // of an iteration in the grain that assigned it
    Value value;
  };
  const std::optional<Failure>& failure() const { return failure_; }
  const std::vector<LastValue>& last_values() const { return last_values_; }
  // Only a job apart keeps the lanes of its blocks, [reduction * lanes + lane] as they were before they were folded,
  // but not those of arrays.
  // Code that runs several blocks in one go leaves none.
  using KeptLanes = std::map<std::int64_t, std::vector<Value>>;
  bool keeps_lanes() const { return keeps_lanes_; }
  KeptLanes& kept_lanes() { return kept_lanes_; }
  // What a job apart has left of iterations [begin, end), which are whole groups of blocks.
  void take_over(CallContext& context, PrangeJob& part, std::int64_t begin, std::int64_t end);

  // After all grains: raises the kept error, else joins reductions and last values into the caller's frame.
  void finish(CallContext& context);

private:
  Frame& frame_;
  int loop_;
  std::int64_t start_, step_, iterations_, block_size_ = 0, blocks_in_group_ = 1;
  int lanes_ = 0;
  std::vector<PrangeReduction> reductions_;
  std::vector<PrangeSelection> selections_;
  std::optional<std::uint64_t> random_key_;

  std::mutex mutex_; // guards the next two
  std::optional<Failure> failure_;
  std::vector<LastValue> last_values_;

  bool keeps_lanes_ = false;
  KeptLanes kept_lanes_;

  void make_reductions();
  void make_selections();
  void keep_what_is_hidden();
  void leave_last_value(std::uint16_t guest_register, std::int64_t ordinal, const Value& value);
  void forget_sometimes_assigned(Frame& worker) const;
  void leave_sometimes_assigned(const Frame& worker, std::int64_t ordinal);
};

// A run of iterations inside one worker frame; NextPrange asks it for the next.
class Grain {
public:
  // Ends the iteration; false when the frame has no further one to run.
  virtual bool next(Frame& frame) = 0;
  std::uint32_t failed_pc = 0; // where an exception left the frame

protected:
  ~Grain() = default;
};

// While it lives, np.random on this thread draws from the iterations of a job, if that has a key.
class IterationDraws {
public:
  IterationDraws(Interpreter& interpreter, const PrangeJob& job);
  ~IterationDraws();
  IterationDraws(const IterationDraws&) = delete;
  IterationDraws& operator=(const IterationDraws&) = delete;
  void begin(std::int64_t ordinal) {
    if (key_) stream_ = IterationStream(*key_, ordinal);
  }

private:
  CallContext& context_;
  const std::optional<std::uint64_t> key_;
  IterationStream* const outer_;
  IterationStream stream_;
};

// Iterations [begin, end), with their lanes as guest values: whole groups of blocks where there are reductions.
class InterpretedGrain final : public Grain {
public:
  InterpretedGrain(Interpreter& interpreter, PrangeJob& job, std::int64_t begin, std::int64_t end);

  // Puts the first iteration's values into the registers.
  void begin(Frame& frame);
  bool next(Frame& frame) override;
  // The iteration under way has raised.
  void leave();
  std::int64_t ordinal() const { return ordinal_; }

private:
  void open_block();
  void close_block();
  void begin_iteration(Frame& frame);
  Value& array_of(std::size_t reduction) { return lanes_[reduction * static_cast<std::size_t>(job_.lanes())]; }
  void load_lanes(Frame& frame);
  void store_lanes(Frame& frame);
  int lane() const { return static_cast<int>((ordinal_ - block_begin_) % job_.lanes()); }

  Interpreter& interpreter_;
  PrangeJob& job_;
  IterationDraws draws_;
  std::int64_t ordinal_, end_;
  GroupFold group_;
  std::int64_t block_begin_ = 0, block_end_ = 0;
  std::vector<Value> lanes_; // [reduction * lanes + lane]
};

// ---- running a job (run_prange.cpp)

// Runs iterations [begin, end) on the calling thread: returns the first that raised (kept by PrangeJob::fail), or end.
// May throw GrainStopped.
using GrainRunner = std::int64_t (*)(void* context, Interpreter& interpreter, PrangeJob& job, std::int64_t begin,
                                     std::int64_t end, int thread);

// Cuts the job into grains, runs them on the threads that hooks.h's parallel_for gives, and finishes the job: raises
// the error of the lowest failing iteration, or joins what the loop leaves behind into the caller's frame.
// `predicted_microseconds`: of all iterations on one thread; infinity when nothing is known. `together`: so many
// iterations are best run by one thread (in lanes); without reductions a grain has a multiple of them.
void run_in_parallel(Interpreter& interpreter, PrangeJob& job, double predicted_microseconds, std::int64_t together,
                     GrainRunner runner, void* context);

// The same by the interpreter alone.
void run_interpreted(Interpreter& interpreter, PrangeJob& job);

} // namespace pyvm
