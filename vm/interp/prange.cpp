#include "vm/interp/prange.h"

#include <algorithm>

#include "vm/interp/interpreter.h"
#include "vm/support/assert.h"

namespace pyvm {

PrangeJob::PrangeJob(Frame& frame, int loop, std::int64_t start, std::int64_t step, std::int64_t iterations)
    : frame_(frame), loop_(loop), start_(start), step_(step), iterations_(iterations) {
  const LoopInfo& info = frame.code->loops[loop];
  const bool arrays = std::ranges::any_of(info.variables, [&](const LoopVariable& v) {
    return v.variable_class == VariableClass::Reduction && v.reduction != ReductionOp::Selected &&
           frame.registers[v.guest_register].is(Tag::Array);
  });
  block_size_ = arrays ? block_size_with_arrays(iterations) : pyvm::block_size(iterations, info.body_has_loop_or_call);
  lanes_ = lane_count(info.reductions);
  blocks_in_group_ = pyvm::blocks_in_group(blocks());
  make_reductions();
}

PrangeJob::PrangeJob(const PrangeJob& whole, Apart)
    : frame_(whole.frame_), loop_(whole.loop_), start_(whole.start_), step_(whole.step_),
      iterations_(whole.iterations_), block_size_(whole.block_size_), blocks_in_group_(whole.blocks_in_group_),
      lanes_(whole.lanes_), random_key_(whole.random_key_), keeps_lanes_(true) {
  make_reductions();
}

void PrangeJob::make_reductions() {
  for (const LoopVariable& v : loop().variables) {
    if (v.variable_class != VariableClass::Reduction) continue;
    const Value& live = frame_.registers[v.guest_register];
    PrangeReduction r{v.reduction, v.guest_register, live, live.lent(), {}};
    if (live.is(Tag::Array) && !r.is_selected()) {
      r.array = std::make_unique<ArrayAccumulator>(v.reduction, live, blocks());
    } else if (!r.is_selected()) {
      const ScalarKind kind = live.scalar_kind();
      r.identity = Value::njit_scalar(kind, identity_bits(v.reduction, kind, live.bits()));
    }
    r.totals.resize(static_cast<std::size_t>(block_count(blocks(), blocks_in_group_)));
    reductions_.push_back(std::move(r));
  }
  std::stable_partition(reductions_.begin(), reductions_.end(),
                        [](const PrangeReduction& r) { return r.array == nullptr; });
  make_selections();
}

void PrangeJob::make_selections() {
  const auto number_of = [&](std::uint16_t guest_register) {
    const auto found = std::ranges::find(reductions_, guest_register, &PrangeReduction::guest_register);
    return static_cast<std::size_t>(found - reductions_.begin());
  };
  for (const LoopSelection& row : loop().selections) {
    PrangeSelection s{row.rule, number_of(row.key), number_of(row.place), {}, {step_ > 0}, start_ - step_};
    s.members = {s.key, s.place};
    for (const std::uint16_t r : row.companions) s.members.push_back(number_of(r));
    reductions_[s.place].identity = Value();
    // What compiled lanes begin with has a kind of its own where the live-in is no number, or of no use.
    for (const std::size_t r : s.members)
      if (r == s.place || !reductions_[r].live_in.is_number()) reductions_[r].live_in = Value::integer(0);
    selections_.push_back(std::move(s));
  }
}

bool PrangeJob::accumulates_arrays() const {
  return std::ranges::any_of(reductions_, [](const PrangeReduction& r) { return r.array != nullptr; });
}

bool PrangeJob::runs_alone() const {
  return std::ranges::any_of(reductions_, [](const PrangeReduction& r) { return r.array && r.array->is_huge(); });
}

bool PrangeJob::needs_last_values() const {
  for (const LoopVariable& v : loop().variables)
    if (v.variable_class == VariableClass::Private && v.live_after) return true;
  return false;
}

namespace {

bool is_sometimes_assigned(const LoopVariable& v) {
  return v.variable_class == VariableClass::Private && v.live_after && !v.always_assigned;
}

} // namespace

bool PrangeJob::has_sometimes_assigned() const {
  for (const LoopVariable& v : loop().variables)
    if (is_sometimes_assigned(v)) return true;
  return false;
}

Frame& PrangeJob::push_worker_frame(Interpreter& interpreter, Grain& grain) const {
  Frame& worker = interpreter.push_frame(code(), nullptr);
  worker.globals = frame_.globals;
  worker.function = Ref<Function>();
  worker.returns_to_host = true;
  worker.grain = &grain;
  worker.grain_loop = loop_;
  for (int r = 0; r < code().registers; ++r) worker.registers[r] = frame_.registers[r].lent();
  worker.pc = loop().body;
  return worker;
}

std::int64_t PrangeJob::interpret(Interpreter& interpreter, std::int64_t begin, std::int64_t end) {
  if (begin >= end) return end;
  InterpretedGrain grain(interpreter, *this, begin, end);
  const std::uint32_t depth = interpreter.depth();
  try {
    Frame& worker = push_worker_frame(interpreter, grain);
    forget_sometimes_assigned(worker);
    grain.begin(worker);
    interpreter.run();
    leave_sometimes_assigned(worker, begin);
    if (end == iterations_ && needs_last_values()) leave_last_values(worker);
    interpreter.pop_frame();
    return end;
  } catch (GuestError& error) {
    PYVM_ASSERT(interpreter.depth() == depth, "unwinding leaves the frames of a grain");
    grain.leave();
    fail(grain.ordinal(), std::move(error), grain.failed_pc);
    return grain.ordinal();
  }
}

namespace {

// A value that does not point into a frame any more. What holds values where they cannot be seen from here (an
// iterator, a bound method) keeps what it was lent: that object is never freed.
Value settled(const Value& value) {
  if (value.is(Tag::Tuple)) {
    std::vector<Value> items;
    for (const Value& item : value.as<Tuple>().items) items.push_back(settled(item));
    return make_tuple(std::move(items));
  }
  if (value.is(Tag::Slice)) {
    const Slice& slice = value.as<Slice>();
    return Value(make<Slice>(settled(slice.start), settled(slice.stop), settled(slice.step)));
  }
  if (value.is(Tag::Exception)) {
    const Exception& exception = value.as<Exception>();
    std::vector<Value> arguments;
    for (const Value& argument : exception.arguments) arguments.push_back(settled(argument));
    return Value(make<Exception>(exception.kind, std::move(arguments)));
  }
  return value.owned();
}

bool hides_values(const Value& value) {
  return value.is(Tag::Iterator) || value.is(Tag::BoundMethod) || value.is(Tag::Native) || value.is(Tag::Function);
}

} // namespace

void PrangeJob::fail(std::int64_t ordinal, GuestError error, std::uint32_t pc) {
  std::lock_guard lock(mutex_);
  if (failure_ && failure_->ordinal <= ordinal) return;
  error.set_payload(settled(error.payload()));
  failure_.emplace(Failure{std::move(error), ordinal, pc});
}

void PrangeJob::leave_last_values(const Frame& worker) {
  for (const LoopVariable& v : loop().variables)
    if (v.variable_class == VariableClass::Private && v.live_after && v.always_assigned)
      leave_last_value(v.guest_register, iterations_, worker.registers[v.guest_register]);
}

void PrangeJob::leave_last_value(std::uint16_t guest_register, std::int64_t ordinal, const Value& value) {
  std::lock_guard lock(mutex_);
  if (hides_values(value)) keep_what_is_hidden();
  for (LastValue& known : last_values_) {
    if (known.guest_register != guest_register) continue;
    if (known.ordinal < ordinal) known = {guest_register, ordinal, settled(value)};
    return;
  }
  last_values_.push_back({guest_register, ordinal, settled(value)});
}

// Whatever a value may have been lent.
void PrangeJob::keep_what_is_hidden() {
  for (int r = 0; r < code().registers; ++r)
    if (frame_.registers[r].is_heap()) frame_.registers[r].object()->make_immortal();
}

Value PrangeJob::kept(const Value& value) {
  if (!value.is_heap()) return value;
  if (hides_values(value)) {
    std::lock_guard lock(mutex_);
    keep_what_is_hidden();
  }
  return settled(value);
}

Value PrangeJob::kept_lane(const PrangeReduction& reduction, const Value& value) {
  if (!reduction.is_selected() && !value.is_number() && !is_identity(reduction, value))
    throw GuestError(ExceptionKind::TypeError,
                     "a sum that is a number before the prange becomes an array in it: begin with an array of zeros");
  return kept(value);
}

// Such a variable is not read before its iteration assigns it: whether it is bound at the end says that one did.
void PrangeJob::forget_sometimes_assigned(Frame& worker) const {
  for (const LoopVariable& v : loop().variables)
    if (is_sometimes_assigned(v)) worker.registers[v.guest_register] = Value();
}

void PrangeJob::leave_sometimes_assigned(const Frame& worker, std::int64_t ordinal) {
  for (const LoopVariable& v : loop().variables)
    if (is_sometimes_assigned(v) && !worker.registers[v.guest_register].is_unbound())
      leave_last_value(v.guest_register, ordinal, worker.registers[v.guest_register]);
}

void PrangeJob::take_over(CallContext& context, PrangeJob& part, std::int64_t begin, std::int64_t end) {
  const std::int64_t group = block_size_ * blocks_in_group_;
  for (std::size_t k = 0; k < reductions_.size(); ++k)
    if (reductions_[k].array) reductions_[k].array->take_over(context, *part.reductions_[k].array);
  for (std::size_t k = 0; k < reductions_.size(); ++k)
    for (std::int64_t at = begin / group; at * group < end; ++at)
      reductions_[k].totals[static_cast<std::size_t>(at)] = part.reductions_[k].totals[static_cast<std::size_t>(at)];
  for (const LastValue& last : part.last_values_) leave_last_value(last.guest_register, last.ordinal, last.value);
  if (part.failure_) fail(part.failure_->ordinal, std::move(part.failure_->error), part.failure_->pc);
}

void PrangeJob::finish(CallContext& context) {
  if (failure_) {
    for (PrangeReduction& r : reductions_)
      if (r.array) r.array->join_until(context, failure_->ordinal / block_size_);
    frame_.pc = failure_->pc;
    throw std::move(failure_->error);
  }
  for (const PrangeSelection& s : selections_)
    if (const auto group = chosen_group(s, reductions_))
      for (const std::size_t r : s.members)
        frame_.registers[reductions_[r].guest_register] = std::move(reductions_[r].totals[*group]);
  for (PrangeReduction& r : reductions_) {
    if (r.array) r.array->join(context);
    if (r.array || r.is_selected()) continue;
    const Value total = total_of_groups(r);
    const bool joins = r.op != ReductionOp::Min && r.op != ReductionOp::Max;
    if (!is_identity(r, total))
      frame_.registers[r.guest_register] = joins ? combine_values(r.op, r.live_in, total) : total;
  }
  for (LastValue& last : last_values_) frame_.registers[last.guest_register] = std::move(last.value);
}

IterationDraws::IterationDraws(Interpreter& interpreter, const PrangeJob& job)
    : context_(interpreter.context()), key_(job.random_key()), outer_(context_.iteration_stream) {
  if (key_) context_.iteration_stream = &stream_;
}

IterationDraws::~IterationDraws() { context_.iteration_stream = outer_; }

InterpretedGrain::InterpretedGrain(Interpreter& interpreter, PrangeJob& job, std::int64_t begin, std::int64_t end)
    : interpreter_(interpreter), job_(job), draws_(interpreter, job), ordinal_(begin), end_(end), group_(job.fold()) {}

void InterpretedGrain::open_block() {
  block_begin_ = ordinal_;
  block_end_ = std::min(end_, ordinal_ + job_.block_size());
  lanes_.clear();
  for (PrangeReduction& r : job_.reductions())
    lanes_.insert(lanes_.end(), static_cast<std::size_t>(job_.lanes()), r.array ? r.array->begin_block() : r.identity);
}

void InterpretedGrain::close_block() {
  const std::int64_t block = block_begin_ / job_.block_size();
  const auto lanes = static_cast<std::size_t>(job_.lanes());
  if (job_.keeps_lanes()) {
    const auto arrays =
        std::ranges::count_if(job_.reductions(), [](const PrangeReduction& r) { return bool(r.array); });
    job_.kept_lanes()[block].assign(lanes_.begin(), lanes_.end() - arrays * static_cast<std::ptrdiff_t>(lanes));
  }
  for (const PrangeSelection& s : job_.selections()) {
    const std::size_t lane = chosen_lane(s, lanes_, lanes);
    group_.add_choice(s, block, [&](std::size_t r) { return lanes_[r * lanes + lane]; });
  }
  for (std::size_t k = 0; k < job_.reductions().size(); ++k) {
    const PrangeReduction& r = job_.reductions()[k];
    if (r.array)
      r.array->end_block(interpreter_.context(), block, array_of(k));
    else if (!r.is_selected())
      group_.add(k, block, fold_values(r, {lanes_.data() + k * lanes, lanes}));
  }
}

void InterpretedGrain::load_lanes(Frame& frame) {
  const Value* lane_value = lanes_.data() + lane();
  for (PrangeReduction& r : job_.reductions()) {
    frame.registers[r.guest_register] = *lane_value;
    lane_value += job_.lanes();
  }
}

void InterpretedGrain::store_lanes(Frame& frame) {
  Value* lane_value = lanes_.data() + lane();
  for (PrangeReduction& r : job_.reductions()) {
    if (!r.array) *lane_value = job_.kept_lane(r, frame.registers[r.guest_register]);
    lane_value += job_.lanes();
  }
}

void InterpretedGrain::begin(Frame& frame) {
  if (job_.has_reductions()) open_block();
  begin_iteration(frame);
}

void InterpretedGrain::leave() {
  for (std::size_t k = 0; k < job_.reductions().size(); ++k)
    if (const PrangeReduction& r = job_.reductions()[k]; r.array && !lanes_.empty())
      r.array->leave_block(block_begin_ / job_.block_size(), array_of(k));
}

void InterpretedGrain::begin_iteration(Frame& frame) {
  draws_.begin(ordinal_);
  load_lanes(frame);
  frame.registers[job_.loop().target].set_int(job_.index_of(ordinal_));
}

bool InterpretedGrain::next(Frame& frame) {
  store_lanes(frame);
  ++ordinal_;
  if (job_.has_reductions() && ordinal_ == block_end_) {
    close_block();
    if (ordinal_ < end_) open_block();
  }
  if (ordinal_ == end_) return false;
  begin_iteration(frame);
  return true;
}

} // namespace pyvm
