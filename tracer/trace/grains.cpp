// Running a prange in compiled code.
//
// A worker gets ordinals [begin, end): whole groups of blocks where there are reductions (DESIGN section 6), whose
// lanes live in a lane record of the worker's. The planned entry says piece by piece which version of the code may run:
// the fast one, or the careful one with every check in place. When code leaves, the interpreter finishes the iterations
// that left, in ascending order, on the same lane record; then the code goes on behind them.
//
// The lane record has one kind for each accumulator. An iteration that the interpreter has finished may leave another
// one in its lane (an int where the others are floats): then the block's lanes become guest values, and the interpreter
// runs the rest of the block.
//
// Iterations that meet in an array of ints, but only to update it, run in parallel too: each run of a grain has a copy
// of the array (grain_copies.h). Not while pieces are verified: the interpreter's run of a piece is on the arrays of
// the frame. An array that iterations add to as a whole has a copy in each block, here and there.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>

#include "tracer/trace/entry.h"
#include "tracer/trace/exits.h"
#include "tracer/trace/grain_copies.h"
#include "tracer/trace/grain_memory.h"
#include "tracer/trace/log.h"
#include "tracer/trace/look_up.h"
#include "tracer/trace/ticker.h"
#include "tracer/trace/tracer.h"
#include "tracer/trace/verify.h"
#include "vm/interp/conflicts.h"
#include "vm/interp/interpreter.h"
#include "vm/interp/prange.h"
#include "vm/semantics/conversion.h"
#include "vm/support/environment.h"

namespace pyvm::tracer {

namespace {

constexpr std::int64_t most_blocks_together = 16;  // between two looks at the stop word
constexpr double nanoseconds_of_straight_code = 1; // an iteration without inner loops, before anything was measured

// One iteration that compiled code has left: the frame's NextPrange ends it.
class LeftIteration final : public Grain {
public:
  bool next(Frame&) override { return false; }
};

struct GrainJob {
  PrangeJob& job;
  LoopRecord& loop;
  Region& region;
  std::int64_t entry_number; // of the region
  EntryValues values;
  std::shared_ptr<const KnownEntry> entry{}; // null: all runs careful
  std::size_t exit_words = 1;                // of either version
  std::atomic<std::int64_t> busy_ns{0};      // of all threads together
  std::vector<CopiedArray> copies{};         // what each thread has a copy of

  // Ordinals below it may run fast, from the beginning of a block on.
  std::int64_t fast_until() const { return entry ? entry->fast_until : 0; }
};

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

class GrainRun {
public:
  GrainRun(GrainJob& g, PrangeJob& job) : g_(g), job_(job), group_(job.fold()) {
    const Recording& recording = g.region.recording;
    selection_of_.assign(recording.region.accumulators.size(), nullptr);
    for (const PrangeSelection& s : job.selections())
      for (const std::size_t a : s.members) selection_of_[a] = &s;
    exit_values_.resize(g.exit_words);
    lanes_.resize(recording.region.accumulators.size() * static_cast<std::size_t>(recording.region.reduction_lanes));
    empty_.clear();
    for (std::size_t a = 0; a < recording.region.accumulators.size(); ++a) empty_.push_back(empty_lane(a));
    touched_.resize(recording.region.accumulators.size());
    arrays_ = g.values.arrays;
    scratch_ = make_scratch(recording.region, arrays_);
    context_ = context_of(g.values, arrays_, exit_values_);
    context_.lane_record = lanes_.data();
    context_.touched = touched_.data();
    copies_.emplace(recording, job, g.copies, arrays_);
    left_exits_.fill(ir::ran_to_end);
    context_.left_exits = left_exits_.data();
  }

  GrainRun(const GrainRun&) = delete;
  GrainRun& operator=(const GrainRun&) = delete;

  // Whole blocks with their reductions. Returns the first ordinal that raised, or end.
  std::int64_t blocks(std::int64_t begin, std::int64_t end) {
    std::int64_t at = begin;
    while (at < end) {
      if (!open_block(at)) return at;
      const std::int64_t stop = std::min(end, at + job_.block_size());
      const std::int64_t together = end_of_blocks_together(at, end);
      const std::int64_t done = together > stop ? blocks_together(at, together) : block(at, stop);
      if (failed_) copies_->leave_block(at / job_.block_size());
      if (failed_) return failed_at_;
      at = done;
    }
    return end;
  }

  // Ordinals [begin, end) of one block (or of a loop without blocks).
  std::int64_t range(std::int64_t begin, std::int64_t end, std::int64_t block_start) {
    context_.block_start = block_start;
    // Who runs the last iteration leaves the privates' values behind: the interpreter does that one.
    const bool interprets_last = end == job_.iterations() && job_.needs_last_values();
    const std::int64_t compiled_end = interprets_last ? end - 1 : end;
    std::int64_t at = begin;
    while (at < compiled_end) {
      // Code looks up only when it runs for long.
      if (is_asked_to_look_up(context_) && look_up(&context_) != 0) throw_reason();
      if (!mixed_.empty()) {
        if (!interpret_one(at, nullptr)) return failed_at_;
        ++at;
        continue;
      }
      const nest::Entry::Piece piece = next_piece(at, compiled_end, block_start);
      if (piece.fast)
        at = run(*g_.region.fast, g_.region.plan.fast, at, at + piece.count);
      else if (const ir::Compiled* careful = careful_code(g_.loop, g_.region))
        at = run(*careful, g_.region.plan.careful, at, at + piece.count);
      else if (interpret_one(at, nullptr))
        ++at;
      if (failed_) return failed_at_;
    }
    if (interprets_last && at == compiled_end) {
      if (!interpret_one(at, nullptr)) return failed_at_;
      ++at;
    }
    return at;
  }

private:
  ScalarBits empty_lane(std::size_t a) const {
    const ir::Accumulator& accumulator = g_.region.recording.region.accumulators[a];
    const Value& live = job_.reductions()[a].live_in;
    if (const PrangeSelection* s = selection_of_[a]) {
      if (a == s->place) return static_cast<ScalarBits>(s->no_place);
      return a == s->key ? convert_bits(live.bits(), live.scalar_kind(), accumulator.kind) : 0;
    }
    return identity_bits(accumulator.op, accumulator.kind,
                         convert_bits(live.bits(), live.scalar_kind(), accumulator.kind));
  }

  // False: no memory for a copy of an array.
  bool open_block(std::int64_t begin) {
    for (std::size_t a = 0; a < empty_.size(); ++a)
      std::fill_n(lanes_.begin() + static_cast<std::ptrdiff_t>(a * width()), width(), empty_[a]);
    std::ranges::fill(touched_, std::uint8_t{0});
    mixed_.clear();
    try {
      copies_->begin_block();
      return true;
    } catch (GuestError& error) {
      job_.fail(begin, std::move(error), job_.loop().next);
      return false;
    }
  }

  // The block [begin, end), opened before. Returns the first ordinal that raised, or end.
  std::int64_t block(std::int64_t begin, std::int64_t end) {
    const std::int64_t done = range(begin, end, begin);
    if (!failed_) close_block(begin);
    return done;
  }

  void close_block(std::int64_t begin) {
    if (job_.keeps_lanes()) keep_lanes(begin / job_.block_size());
    for (const PrangeSelection& s : job_.selections()) close_selection(s, begin / job_.block_size());
    for (std::size_t a = 0; a < empty_.size(); ++a) {
      const PrangeReduction& r = job_.reductions()[a];
      if (!r.is_selected())
        group_.add(a, begin / job_.block_size(), mixed_.empty() ? total_of_lanes(r, a) : total_of_mixed_lanes(r, a));
    }
    copies_->end_block(Interpreter::current().context(), begin / job_.block_size());
  }

  void close_selection(const PrangeSelection& s, std::int64_t block) {
    const auto lanes_of = [&](std::size_t a) { return std::span(lanes_).subspan(a * width(), width()); };
    const std::size_t lane =
        mixed_.empty() ? pyvm::chosen_lane(s.rule, kind_of_lanes(s.key), lanes_of(s.key), lanes_of(s.place), s.order)
                       : pyvm::chosen_lane(s, mixed_, width());
    group_.add_choice(s, block, [&](std::size_t a) { return value_at(a, lane); });
  }

  // Where the blocks from `begin` on end that the code may run in one go, without a question from here.
  std::int64_t end_of_blocks_together(std::int64_t begin, std::int64_t end) const {
    if (!g_.region.fast || !g_.region.fast->runs_blocks || job_.needs_last_values() || job_.accumulates_arrays())
      return begin;
    const std::int64_t size = job_.block_size(), most = begin + most_blocks_together * size;
    end = std::min({end, most, g_.fast_until()});
    return end == job_.iterations() ? end : end / size * size;
  }

  // Several whole blocks, the first opened before, in one go. After an exit the block under way is finished and the
  // others are left. Returns the ordinal behind what has run.
  std::int64_t blocks_together(std::int64_t begin, std::int64_t end) {
    if (is_asked_to_look_up(context_) && look_up(&context_) != 0) throw_reason();
    const std::int64_t size = job_.block_size();
    totals_.resize(most_blocks_together * empty_.size());
    ir::BlockRun run{totals_.data(), empty_.data(), size};
    context_.block_start = begin;
    context_.blocks = &run;
    const std::int64_t outcome = g_.region.fast->entry(&context_, begin, end);
    context_.blocks = nullptr;
    std::int64_t at = begin;
    for (const ir::BlockTotal* total = totals_.data(); total != run.next; at += size)
      for (std::size_t a = 0; a < empty_.size(); ++a, ++total)
        group_.add(a, at / size, total_value(a, total->bits, total->touched != 0));
    if (outcome == ir::ran_to_end) return end;
    const std::int64_t block_end = std::min(at + size, end);
    const std::int64_t left_at = settle(g_.region.plan.fast, outcome, block_end);
    if (!failed_ && range(left_at, block_end, at) == block_end) close_block(at);
    return block_end;
  }

  nest::Entry::Piece next_piece(std::int64_t at, std::int64_t end, std::int64_t block_start) const {
    if (!g_.region.fast || !g_.entry) return {end - at, false};
    if (at == block_start && end <= g_.fast_until()) return {end - at, true};
    return g_.entry->entry.next_piece(at, end, block_start);
  }

  // Runs [begin, end) in one version; after an exit returns the ordinal behind the iterations that left.
  std::int64_t run(const ir::Compiled& code, const ir::Region& version, std::int64_t begin, std::int64_t end) {
    return settle(version, code.entry(&context_, begin, end), end);
  }

  // Finishes the iterations that left, if any. Returns the ordinal behind them, or end.
  std::int64_t settle(const ir::Region& version, std::int64_t outcome, std::int64_t end) {
    if (outcome == ir::ran_to_end) return end;
    if (outcome == ir::abandoned) throw_reason();
    g_.region.statistics.exits.fetch_add(1, std::memory_order_relaxed);
    const std::int64_t first = context_.exit_ordinal, count = context_.exit_gang;
    const ir::Exit& exit = version.exits[static_cast<std::size_t>(outcome)];
    if (exit.lanes_left) return finish_left_lanes(version, first, std::min(first + count, end));
    log_exit(g_.region, exit);
    ExitState state{&g_.region.recording,
                    &version,
                    static_cast<ir::ExitId>(outcome),
                    exit_values_.data(),
                    &job_.frame(),
                    arrays_.data(),
                    0,
                    copies_->replaced()};
    for (std::int64_t k = 0; k < count; ++k) {
      state.position = k;
      if (!interpret_one(first + k, &state)) return failed_at_;
    }
    return first + count;
  }

  // The iterations of [first, end), a step of lanes, that left it, each from its own exit. The others have run.
  std::int64_t finish_left_lanes(const ir::Region& version, std::int64_t first, std::int64_t end) {
    ExitState state{&g_.region.recording, &version,       0, exit_values_.data(),
                    &job_.frame(),        arrays_.data(), 0, copies_->replaced()};
    for (std::int64_t k = 0; k < end - first; ++k) {
      const std::int64_t taken = std::exchange(left_exits_[static_cast<std::size_t>(k)], ir::ran_to_end);
      if (taken == ir::ran_to_end || failed_) continue;
      state.exit = static_cast<ir::ExitId>(taken);
      state.position = k;
      log_exit(g_.region, version.exits[state.exit]);
      interpret_one(first + k, &state);
    }
    return failed_ ? failed_at_ : end;
  }

  std::size_t width() const { return static_cast<std::size_t>(g_.region.recording.region.reduction_lanes); }
  ScalarKind kind_of_lanes(std::size_t a) const { return g_.region.recording.region.accumulators[a].kind; }
  bool has_live_in_kind(std::size_t a) const { return g_.region.recording.live_in_kinds[a] == kind_of_lanes(a); }
  // Some lane of this block holds a value of the accumulator's kind.
  bool is_touched(std::size_t a) const { return touched_[a] || has_live_in_kind(a); }

  Value total_of_lanes(const PrangeReduction& r, std::size_t a) {
    return total_value(a, fold_lanes(r.op, kind_of_lanes(a), {lanes_.data() + a * width(), width()}), touched_[a] != 0);
  }
  Value total_value(std::size_t a, ScalarBits total, bool touched) const {
    if (touched || has_live_in_kind(a)) return Value::njit_scalar(kind_of_lanes(a), total);
    return job_.reductions()[a].identity;
  }

  // What compiled code put into a lane may look like an empty one (a product of ones), but it has given the total its
  // kind.
  Value total_of_mixed_lanes(const PrangeReduction& r, std::size_t a) {
    const Value total = fold_values(r, {mixed_.data() + a * width(), width()});
    if (!is_touched(a)) return total;
    const auto kind = accumulator_kind(r.op, total.scalar_kind(), kind_of_lanes(a));
    return kind ? Value::njit_scalar(*kind, convert_bits(total.bits(), total.scalar_kind(), *kind)) : total;
  }

  // A lane's bits as the guest value that the interpreter would have there.
  Value guest_lane(std::size_t a, ScalarBits bits) const {
    if (bits == empty_[a]) return job_.reductions()[a].identity;
    return Value::njit_scalar(kind_of_lanes(a), bits);
  }

  Value value_at(std::size_t a, std::size_t lane) const {
    const std::size_t at = a * width() + lane;
    if (!mixed_.empty()) return mixed_[at];
    const PrangeSelection* s = selection_of_[a];
    if (!s) return guest_lane(a, lanes_[at]);
    const bool chosen = lanes_[s->place * width() + lane] != empty_[s->place];
    return chosen ? Value::njit_scalar(kind_of_lanes(a), lanes_[at]) : job_.reductions()[a].identity;
  }

  void load_lanes(Frame& worker, std::size_t lane) const {
    for (std::size_t a = 0; a < empty_.size(); ++a)
      worker.registers[job_.reductions()[a].guest_register] = value_at(a, lane);
  }

  // The exit gives the lanes' bits as they are in the middle of the iteration.
  void mend_empty_lanes(Frame& worker, const ir::Exit& exit) const {
    for (const ir::SnapshotEntry& entry : exit.entries) {
      if (entry.source != ir::SnapshotEntry::Source::Lane) continue;
      Value& value = worker.registers[entry.guest_register];
      if (!selection_of_[entry.slot]) value = guest_lane(entry.slot, value.bits());
    }
    for (const PrangeSelection& s : job_.selections()) {
      const auto register_of = [&](std::size_t a) -> Value& {
        return worker.registers[job_.reductions()[a].guest_register];
      };
      const Value& place = register_of(s.place);
      if (!place.is_unbound() && place.as_int() != s.no_place) continue;
      for (const std::size_t a : s.members) register_of(a) = job_.reductions()[a].identity;
    }
  }

  // A lane that holds no number of its accumulator's kind makes all of them guest values.
  bool fits_lane(const Frame& worker, std::size_t a) const {
    const Value& value = worker.registers[job_.reductions()[a].guest_register];
    if (const PrangeSelection* s = selection_of_[a]) {
      if (worker.registers[job_.reductions()[s->place].guest_register].is_unbound()) return true;
    } else if (is_identity(job_.reductions()[a], value)) {
      return true;
    }
    return value.is_number() && value.scalar_kind() == kind_of_lanes(a);
  }

  void store_lanes(const Frame& worker, std::size_t lane) {
    for (std::size_t a = 0; mixed_.empty() && a < empty_.size(); ++a)
      if (!fits_lane(worker, a)) mix_lanes();
    for (std::size_t a = 0; a < empty_.size(); ++a) {
      const PrangeReduction& r = job_.reductions()[a];
      const Value& value = worker.registers[r.guest_register];
      const std::size_t at = a * width() + lane;
      const PrangeSelection* s = selection_of_[a];
      const bool is_empty =
          s ? worker.registers[job_.reductions()[s->place].guest_register].is_unbound() : is_identity(r, value);
      if (!mixed_.empty()) {
        mixed_[at] = job_.kept_lane(r, value);
      } else {
        lanes_[at] = is_empty ? empty_[a] : value.bits();
        touched_[a] |= !is_empty;
      }
    }
  }

  void mix_lanes() {
    std::vector<Value> values;
    values.reserve(lanes_.size());
    for (std::size_t at = 0; at < lanes_.size(); ++at) values.push_back(value_at(at / width(), at % width()));
    mixed_ = std::move(values);
  }

  void keep_lanes(std::int64_t block) const {
    std::vector<Value>& kept = job_.kept_lanes()[block];
    for (std::size_t at = 0; at < lanes_.size(); ++at) kept.push_back(value_at(at / width(), at % width()));
  }

  // Runs one iteration in the interpreter, from an exit or (state null) from its beginning.
  bool interpret_one(std::int64_t ordinal, const ExitState* state) {
    Interpreter& interpreter = Interpreter::current();
    LeftIteration grain; // GrainStopped passes: the grain has then nothing to report
    IterationDraws draws(interpreter, job_);
    draws.begin(ordinal);
    try {
      Frame& worker = job_.push_worker_frame(interpreter, grain);
      const auto lane =
          static_cast<std::size_t>((ordinal - context_.block_start) % g_.region.recording.region.reduction_lanes);
      load_lanes(worker, lane);
      copies_->put_into(g_.region.recording, worker);
      worker.registers[job_.loop().target].set_int(job_.index_of(ordinal));
      if (state) {
        restore(interpreter, worker, *state);
        mend_empty_lanes(worker, state->region->exits[state->exit]);
      }
      interpreter.run();
      store_lanes(worker, lane);
      if (ordinal + 1 == job_.iterations() && job_.needs_last_values()) job_.leave_last_values(worker);
      interpreter.pop_frame();
      return true;
    } catch (GuestError& error) {
      job_.fail(ordinal, std::move(error), grain.failed_pc);
      failed_ = true;
      failed_at_ = ordinal;
      return false;
    }
  }

  RunningCode running_;
  GrainJob& g_;
  PrangeJob& job_; // g_'s, or one apart
  GroupFold group_;
  ir::RegionContext context_{};
  const BorrowedMemory borrowed_;
  std::vector<ScalarBits>&lanes_ = (*borrowed_).lanes, &exit_values_ = (*borrowed_).exit_values;
  std::vector<ir::ArrayDescriptor>& arrays_ = (*borrowed_).arrays;
  std::vector<const PrangeSelection*>& selection_of_ = (*borrowed_).selection_of;
  std::vector<ScalarBits>& empty_ = (*borrowed_).empty;
  std::vector<std::uint8_t>& touched_ = (*borrowed_).touched;
  std::vector<ir::BlockTotal>& totals_ = (*borrowed_).totals;
  std::vector<std::uint64_t> scratch_;
  std::optional<GrainCopies> copies_;
  std::vector<Value> mixed_; // the lanes, once they are of several kinds
  std::array<std::int64_t, ir::max_step> left_exits_{};
  bool failed_ = false;
  std::int64_t failed_at_ = 0;
};

// Ordinals [begin, end): whole groups of blocks where there are reductions. Returns the first ordinal that raised, or
// end.
std::int64_t run_grain(GrainJob& g, PrangeJob& job, std::int64_t begin, std::int64_t end) {
  GrainRun run(g, job);
  return job.has_reductions() ? run.blocks(begin, end) : run.range(begin, end, begin);
}

// A grain of fewer iterations than lanes would run in scalar code. All gangs, if there is enough for every thread.
std::int64_t iterations_together(const nest::Plan& plan, std::int64_t iterations) {
  if (!plan.is_ordinal) return 1;
  const std::int64_t step = std::int64_t{plan.lanes} * plan.gangs;
  return iterations / step >= 8 * services().num_threads() ? step : plan.lanes;
}

// verify.h says what a piece is.
std::int64_t iterations_of_a_piece(const GrainJob& g) {
  constexpr std::int64_t most_pieces = 256;
  if (g.job.has_reductions()) {
    const std::int64_t in_group = g.job.blocks_in_group();
    const bool together = g.region.fast && g.region.fast->runs_blocks;
    const std::int64_t blocks = together ? most_blocks_together : g.job.blocks() / most_pieces;
    return (blocks / in_group + 1) * in_group * g.job.block_size();
  }
  const nest::Plan& plan = g.region.plan.plan;
  const std::int64_t step = plan.is_ordinal ? std::int64_t{plan.lanes} * plan.gangs : 1;
  return (g.job.iterations() / most_pieces / step + 1) * step;
}

// run_grain, with the pieces among them that are verified. Once one of them has been found wrong, no other is run.
std::int64_t run_and_verify(GrainJob& g, std::int64_t begin, std::int64_t end) {
  const std::int64_t size = iterations_of_a_piece(g);
  Interpreter& interpreter = Interpreter::current();
  for (std::int64_t at = begin; at < end;) {
    if (g.loop.blacklisted.load(std::memory_order_acquire)) return g.job.interpret(interpreter, at, end);
    const std::int64_t stop = std::min(end, (at / size + 1) * size);
    const std::int64_t done = is_verified(g.region, g.entry_number, at / size)
                                  ? verify_piece(interpreter, g.job, g.loop, g.region, g.entry_number, at, stop,
                                                 [&](PrangeJob& job) { return run_grain(g, job, at, stop); })
                                  : run_grain(g, g.job, at, stop);
    if (done != stop) return done;
    at = stop;
  }
  return end;
}

std::int64_t run_ordinals(void* context, Interpreter&, PrangeJob&, std::int64_t begin, std::int64_t end, int) {
  GrainJob& g = *static_cast<GrainJob*>(context);
  const std::int64_t before = now_ns();
  std::int64_t done = begin;
  try {
    done = verifies() ? run_and_verify(g, begin, end) : run_grain(g, g.job, begin, end);
  } catch (GuestError& error) { // no memory for a copy
    if (g.copies.empty()) throw;
    g.job.fail(begin, std::move(error), g.job.loop().next);
  }
  g.busy_ns.fetch_add(now_ns() - before, std::memory_order_relaxed);
  return done;
}

// A few plain iterations take less time than the questions that would let them run fast or in parallel.
bool is_brief(const PrangeJob& job) {
  constexpr std::int64_t few_iterations = 8;
  return job.iterations() <= few_iterations && !job.loop().body_has_loop_or_call && !job.accumulates_arrays();
}

} // namespace

// Whether all iterations may run in any order once threads have copies of some arrays, and which. The last values of a
// loop may be such arrays, and so may what code reads that is not compiled.
static bool copies_help(GrainJob& g, double predicted) {
  if (verifies() || g.job.needs_last_values() || g.region.recording.hides_code || services().num_threads() < 2)
    return false;
  std::vector<CopiedArray> copied;
  for (const nest::AccumulatedArray& each : nest::PlannedEntry::copies(g.region.plan, g.values.scalars.data(),
                                                                       g.values.arrays.data(), 0, g.job.iterations())) {
    const ArraySource& source = g.region.recording.arrays[each.slot];
    if (!source.guest_register) return false;
    const Value& array = g.job.frame().registers[*source.guest_register];
    if (ThreadCopies::is_huge(array.as<Array>(), predicted)) return false;
    copied.push_back({each.slot, std::make_unique<ThreadCopies>(each.op, array)});
  }
  g.copies = std::move(copied);
  return !g.copies.empty();
}

static void run_on_copies(Interpreter& interpreter, GrainJob& g, double predicted, std::int64_t together) {
  const auto join = [&] {
    for (const CopiedArray& each : g.copies) each.copies->join(interpreter.context());
  };
  try {
    run_in_parallel(interpreter, g.job, predicted, together, run_ordinals, &g);
  } catch (...) { // what iterations below the failing one have done stays
    join();
    throw;
  }
  join();
}

// What is compared with a live-in of another kind could come out otherwise if that changes its value.
static bool begins_exactly(const Region& region, const PrangeJob& job) {
  return std::ranges::all_of(job.selections(), [&](const PrangeSelection& s) {
    const Value& live = job.reductions()[s.key].live_in;
    return converts_exactly(live.bits(), live.scalar_kind(), region.recording.region.accumulators[s.key].kind);
  });
}

double first_prediction(const PrangeJob& job) {
  if (job.loop().body_has_loop_or_call || job.accumulates_arrays()) return std::numeric_limits<double>::infinity();
  return static_cast<double>(job.iterations()) * nanoseconds_of_straight_code / 1000;
}

bool run_region(Interpreter& interpreter, PrangeJob& job, LoopRecord& loop, Region& known_region) {
  const std::int64_t n = job.iterations();
  EntryValues values = entry_values(known_region.recording, job.frame(), job.start(), job.random_key().value_or(0));
  if (!values.fits || !begins_exactly(known_region, job)) return false;
  const bool asks = !is_brief(job) || environment().stress[StressSwitch::Grains].on;
  std::shared_ptr<const KnownEntry> entry;
  if (asks) entry = known_region.known_entries.find(known_region.plan, values, n);
  // Numbers that are known have been planned for.
  Region& region = entry ? known_region : region_with_fitting_plan(loop, known_region, job.frame(), &job, values, n);
  if (asks && !entry) entry = region.known_entries.add(region.plan, values, n, {region.fast.has_value(), true});
  // What the region's own form does not show, the interpreter's may: then the loop runs in order there.
  if (entry && entry->order.is_doubted && !conflict_of(job).empty()) return false;
  GrainJob g{job, loop, region, region.statistics.entries.fetch_add(1, std::memory_order_relaxed), std::move(values)};
  g.exit_words = std::max(exit_words(region.plan.fast), exit_words(region.plan.careful));
  region.statistics.iterations.fetch_add(n, std::memory_order_relaxed);
  if (!asks) {
    log_run(region, n, "");
    run_ordinals(&g, interpreter, job, 0, n, 0);
    job.finish(interpreter.context());
    return true;
  }
  // The checks once for all grains.
  g.entry = entry;
  const nest::Order& order = g.entry->order;
  const double known = region.statistics.nanoseconds_an_iteration.load(std::memory_order_relaxed);
  const double predicted = known > 0 ? known * static_cast<double>(n) / 1000 : first_prediction(job);
  const std::string reason =
      order.independent() ? "" : nest::sentence_of(order, region.plan.careful.arrays, register_names(job.code()));
  const bool on_copies = !order.independent() && copies_help(g, predicted);
  log_run(region, n, on_copies ? "" : reason);
  if (on_copies) {
    run_on_copies(interpreter, g, predicted, iterations_together(region.plan.plan, n));
  } else if (!order.independent()) {
    remark_order(job, region, reason);
    run_ordinals(&g, interpreter, job, 0, n, 0);
    job.finish(interpreter.context());
  } else {
    run_in_parallel(interpreter, job, predicted, iterations_together(region.plan.plan, n), run_ordinals, &g);
  }
  const auto busy = static_cast<double>(g.busy_ns.load(std::memory_order_relaxed));
  region.statistics.nanoseconds_an_iteration.store(busy / static_cast<double>(n), std::memory_order_relaxed);
  return true;
}

} // namespace pyvm::tracer
