#include "tracer/trace/entry.h"

#include <algorithm>
#include <chrono>
#include <new>

#include <fmt/format.h>

#include "tracer/ir/print.h"
#include "tracer/ir/walk.h"
#include "tracer/trace/compiling.h"
#include "tracer/trace/log.h"
#include "tracer/trace/look_up.h"
#include "tracer/trace/stress.h"
#include "tracer/trace/ticker.h"
#include "vm/interp/callees.h"
#include "vm/interp/prange.h"
#include "vm/object/array.h"
#include "vm/support/stress.h"

namespace pyvm::tracer {

namespace {

ir::ArrayDescriptor descriptor(const Array& array) {
  ir::ArrayDescriptor d{};
  d.data = array.data;
  for (int k = 0; k < array.ndim; ++k) {
    d.shape[k] = array.shape[k];
    d.strides[k] = array.strides[k];
  }
  return d;
}

bool fits_slot(const Value& value, const ir::ArraySlot& slot) {
  if (!value.is(Tag::Array)) return false;
  const Array& array = value.as<Array>();
  return array.dtype == slot.dtype && array.ndim == slot.ndim && array.writable == slot.writable &&
         (!slot.contiguous || slot.accumulates || array.is_c_contiguous());
}

std::int64_t microseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count();
}

std::atomic<bool> listings{false};

// "kernel.py:12 parallel_sum", for stress switches.
StressPlace place_of(const ir::Region& region, std::string_view what = "") {
  return [&region, what] { return fmt::format("{}{}:{} {}", what, region.file, region.line, region.name); };
}

// A block's copy of such an array is in C order, and lies somewhere else.
void become_copy(ir::ArrayDescriptor& d, const ir::ArraySlot& slot) {
  std::int64_t stride = static_cast<std::int64_t>(size_of(slot.dtype));
  for (int k = slot.ndim; k-- > 0; stride *= d.shape[k]) d.strides[k] = stride;
}

// Whether the recording's reductions are of these kinds, arrays behind the others.
bool reduces_like(const Recording& recording, const PrangeJob& job) {
  const std::vector<PrangeReduction>& reductions = job.reductions();
  const std::size_t numbers = recording.live_in_kinds.size();
  if (numbers > reductions.size()) return false;
  for (std::size_t k = 0; k < reductions.size(); ++k) {
    if ((reductions[k].array == nullptr) != (k < numbers)) return false;
    if (k < numbers && recording.live_in_kinds[k] != reductions[k].live_in.scalar_kind()) return false;
  }
  return true;
}

enum class Version : std::uint8_t { Careful, Fast };

std::optional<ir::Compiled> compile(const ir::Region& region, Region& out, Version which, std::string& refusal) {
  const bool fast = which == Version::Fast;
  const std::string_view version = fast ? "fast, " : "careful, ";
  ir::CompileOptions options{.isa = out.isa, .want_listing = listings.load(), .runs_blocks = fast};
  options.few_registers = stressed(StressSwitch::Registers, place_of(region, version)).has_value();
  if (const auto column = stressed(StressSwitch::Costs, place_of(region, version)))
    options.cost_column = static_cast<int>(*column);
  ir::CompileResult result;
  try {
    result = services().code_generator->compile(region, options);
  } catch (const std::bad_alloc&) {
    result.refusal = ir::CodeRefusal::NoMemory;
  }
  if (!result) {
    refusal = std::string(ir::sentence_of(result.refusal));
    return std::nullopt;
  }
  out.compile_microseconds += result.code->microseconds;
  return std::move(result.code);
}

} // namespace

void blacklist(LoopRecord& loop, const Code& code, int index, std::string reason, int line) {
  loop.blacklist_reason = std::move(reason);
  loop.blacklist_line = line;
  loop.blacklisted.store(true, std::memory_order_release);
  log_event("blacklist", code, index, loop.blacklist_reason);
}

void keep_listings(bool keep) { listings = keep; }

LoopRecord& record_of(const Code& code, int loop) {
  std::atomic<void*>& place = code.traced[static_cast<std::size_t>(loop)];
  if (void* known = place.load(std::memory_order_acquire)) return *static_cast<LoopRecord*>(known);
  auto fresh = std::make_unique<LoopRecord>();
  void* expected = nullptr;
  if (place.compare_exchange_strong(expected, fresh.get(), std::memory_order_acq_rel)) return *fresh.release();
  return *static_cast<LoopRecord*>(expected);
}

bool guards_hold(const Recording& recording, const Frame& frame) {
  for (const EntryGuard& guard : recording.guards) {
    const Value& value = frame.registers[guard.guest_register];
    switch (guard.what) {
    case EntryGuard::What::Kind:
      if (!value.is(guard.tag)) return false;
      break;
    case EntryGuard::What::Array:
      if (!fits_slot(value, recording.region.arrays[static_cast<std::size_t>(guard.slot)])) return false;
      break;
    case EntryGuard::What::Identity:
      if (!value.is(guard.constant.tag()) || value.object() != guard.constant.object()) return false;
      break;
    }
  }
  return true;
}

namespace {

// A thread's scratch for one array: vectors may be read whole at its end.
constexpr std::int64_t most_scratch_elements = std::int64_t{1} << 17;
constexpr std::size_t cache_line_words = 8;

std::size_t words_of(const ir::ArraySlot& slot, const ir::ArrayDescriptor& array) {
  std::size_t bytes = static_cast<std::size_t>(size_of(slot.dtype));
  for (int k = 0; k < slot.ndim; ++k) bytes *= static_cast<std::size_t>(array.shape[k]);
  return (bytes / sizeof(std::uint64_t) / cache_line_words + 1) * cache_line_words;
}

std::int64_t length_at_entry(const ir::ScratchLength& length, const EntryValues& values) {
  auto sum = static_cast<std::uint64_t>(length.constant);
  for (const ir::ScratchLength::Term& term : length.terms) {
    const auto slot = static_cast<std::size_t>(term.slot);
    const std::uint64_t value = term.from == ir::ScratchLength::Term::From::Scalar
                                    ? values.scalars[slot]
                                    : static_cast<std::uint64_t>(values.arrays[slot].shape[term.dimension]);
    sum += static_cast<std::uint64_t>(term.factor) * value;
  }
  return static_cast<std::int64_t>(sum);
}

// Shapes and strides of the scratch arrays; false when the interpreter had better run this entry.
bool measure_scratch(const ir::Region& region, EntryValues& values) {
  bool fits = true;
  for (std::size_t slot = 0; slot < region.arrays.size(); ++slot) {
    const ir::ArraySlot& facts = region.arrays[slot];
    if (!facts.is_scratch()) continue;
    ir::ArrayDescriptor& array = values.arrays[slot];
    std::int64_t elements = 1;
    for (int k = facts.ndim; k-- > 0;) {
      std::int64_t length = length_at_entry(facts.scratch[static_cast<std::size_t>(k)], values);
      if (length < 0 || length > most_scratch_elements / std::max<std::int64_t>(elements, 1)) {
        fits = false;
        length = 0;
      }
      array.shape[k] = length;
      array.strides[k] = elements * static_cast<std::int64_t>(size_of(facts.dtype));
      elements *= length;
    }
  }
  return fits;
}

} // namespace

EntryValues entry_values(const Recording& recording, const Frame& frame, std::int64_t start, std::uint64_t random_key) {
  EntryValues values;
  const LoopInfo& loop = recording.code->loops[static_cast<std::size_t>(recording.loop)];
  const auto scalar = [&](std::uint16_t guest_register) {
    if (guest_register == key_slot) return static_cast<ScalarBits>(random_key);
    if (guest_register == start_slot) return static_cast<ScalarBits>(start);
    return frame.registers[guest_register == step_slot ? loop.state + 2 : guest_register].bits();
  };
  for (const ir::ScalarSlot& slot : recording.region.scalars) values.scalars.push_back(scalar(slot.guest_register));
  for (std::size_t slot = 0; slot < recording.arrays.size(); ++slot) {
    const ArraySource& source = recording.arrays[slot];
    const bool scratch = recording.region.arrays[slot].is_scratch();
    values.arrays.push_back(
        scratch ? ir::ArrayDescriptor{}
                : descriptor(
                      (source.guest_register ? frame.registers[*source.guest_register] : source.constant).as<Array>()));
    if (recording.region.arrays[slot].accumulates) become_copy(values.arrays.back(), recording.region.arrays[slot]);
  }
  values.fits = measure_scratch(recording.region, values);
  values.scratch = make_scratch(recording.region, values.arrays);
  return values;
}

std::vector<std::uint64_t> make_scratch(const ir::Region& region, std::vector<ir::ArrayDescriptor>& arrays) {
  std::size_t words = 0;
  for (std::size_t slot = 0; slot < region.arrays.size(); ++slot)
    if (region.arrays[slot].is_scratch()) words += words_of(region.arrays[slot], arrays[slot]);
  if (words == 0) return {};
  // From a cache line on: a vector that is read back while its store is still under way must not lie in two.
  std::vector<std::uint64_t> memory(words + cache_line_words - 1);
  std::uint64_t* at = memory.data();
  while (reinterpret_cast<std::uintptr_t>(at) % (cache_line_words * sizeof *at) != 0) ++at;
  for (std::size_t slot = 0; slot < region.arrays.size(); ++slot) {
    if (!region.arrays[slot].is_scratch()) continue;
    arrays[slot].data = reinterpret_cast<std::byte*>(at);
    at += words_of(region.arrays[slot], arrays[slot]);
  }
  return memory;
}

Region* find_region(const LoopRecord& loop, const Frame& frame, const PrangeJob* job) {
  for (Region* region = loop.newest.load(std::memory_order_acquire); region; region = region->next) {
    const Recording& r = region->recording;
    // One loop may have both kinds: a prange that an exit has left in the middle goes on as a plain loop.
    if (r.grain != (job != nullptr)) continue;
    if (job) {
      if (r.step != job->step() || r.start_is_zero != (job->start() == 0) || !reduces_like(r, *job)) continue;
    } else if (frame.code->loops[static_cast<std::size_t>(r.loop)].kind != LoopKind::While) {
      if (recorded_step(frame.registers[frame.code->loops[static_cast<std::size_t>(r.loop)].state + 2].as_int()) !=
          r.step)
        continue;
    }
    if (guards_hold(r, frame)) return region;
  }
  return nullptr;
}

std::size_t exit_words(const ir::Region& version) {
  std::size_t widest = 1;
  for (const ir::Exit& exit : version.exits) widest = std::max(widest, exit.operands.size());
  return widest * ir::max_lanes;
}

ir::RegionContext context_of(const EntryValues& values, const std::vector<ir::ArrayDescriptor>& arrays,
                             std::vector<std::uint64_t>& exit_values) {
  ir::RegionContext context{};
  context.scalars = values.scalars.data();
  context.arrays = arrays.data();
  context.exit_values = exit_values.data();
  context.stop = stop_address();
  context.look_up = look_up;
  return context;
}

bool has_large_array(const Recording& recording, const EntryValues& values, std::int64_t elements) {
  for (std::size_t slot = 0; slot < values.arrays.size(); ++slot) {
    std::int64_t size = 1;
    for (int k = 0; k < recording.region.arrays[slot].ndim; ++k) size *= values.arrays[slot].shape[k];
    if (size >= elements) return true;
  }
  return false;
}

namespace {

// Whether a prange seen inside a loop is better left to run in parallel: its entries so far took more than waking a
// thread gains.
bool runs_in_parallel(const Code& code, int index) {
  constexpr double worth_microseconds = 5;
  if (services().num_threads() < 2) return false;
  const LoopRecord& loop = record_of(code, index);
  for (const Region* region = loop.newest.load(std::memory_order_acquire); region; region = region->next) {
    const Statistics& s = region->statistics;
    const auto entries = static_cast<double>(s.entries.load(std::memory_order_relaxed));
    if (!region->recording.grain || entries == 0) continue;
    if (!region->order_reason.empty()) return false;
    const double iterations = static_cast<double>(s.iterations.load(std::memory_order_relaxed)) / entries;
    return iterations * s.nanoseconds_an_iteration.load(std::memory_order_relaxed) / 1000 > worth_microseconds;
  }
  return false;
}

// Iterations that the interpreter runs in the time that entering code and leaving it takes; none of loops with loops
// inside. What is called has its share in the recording.
std::int64_t brief_iterations(const Recording& recording) {
  constexpr std::int64_t worth_entering = 48; // operations
  const ir::Region& region = recording.region;
  std::int64_t loops = 0, operations = 0;
  ir::for_each_instruction(region, region.body, [&](ir::InstructionId id) {
    const ir::Op op = region.at(id).op;
    loops += op == ir::Op::For || op == ir::Op::Loop ? 1 : 0;
    operations += op == ir::Op::Const || op == ir::Op::ArrayRef || op == ir::Op::Dim || op == ir::Op::Param ? 0 : 1;
  });
  const LoopInfo& loop = recording.code->loops[static_cast<std::size_t>(recording.loop)];
  const std::int64_t bytecode = static_cast<std::int64_t>(loop.next) - loop.body + 1;
  return loops > 1 ? 0 : worth_entering / std::max(bytecode, operations);
}

// The loop's mutex is held. False with a refusal.
bool compile_careful(Region& region, std::string& refusal) {
  region.careful = compile(region.plan.careful, region, Version::Careful, refusal);
  if (!region.careful) return false;
  region.made_careful.store(&*region.careful, std::memory_order_release);
  return true;
}

// Plans and compiles what most entries run; false with a refusal.
bool plan_and_compile(Region& region, const Code& code, const PrangeJob* job, const EntryValues& values,
                      std::int64_t iterations, std::string& refusal) {
  region.isa = services().code_generator->widest_isa();
  region.brief_iterations = brief_iterations(region.recording);
  nest::PlanRequest request;
  request.lanes = ir::lanes_of(region.isa);
  request.is_grain = job != nullptr;
  request.iterations = iterations;
  request.scalars = values.scalars.data();
  request.arrays = values.arrays.data();
  request.vector_registers = region.isa == ir::Isa::Avx512 ? 32 : 16;
  request.register_name = register_names(code);
  const ir::Region& recorded = region.recording.region;
  request.hoists_checks = !stressed(StressSwitch::NoHoist, place_of(recorded));
  const auto column = stressed(StressSwitch::Costs, place_of(recorded, "plan, "));
  request.masks = services().code_generator->mask_costs(region.isa, static_cast<int>(column.value_or(0)));
  if (const auto rank = stressed(StressSwitch::Plan, place_of(recorded))) request.forced_rank = *rank;
  region.plan = nest::plan_region(recorded, request);
  if (const auto number = stressed(StressSwitch::Exit, place_of(recorded))) {
    fail_guard(region.plan.careful, *number);
    fail_guard(region.plan.fast, *number);
  }
  if (!stressed(StressSwitch::Careful, place_of(recorded)))
    region.fast = compile(region.plan.fast, region, Version::Fast, refusal);
  if (!region.fast) return compile_careful(region, refusal);
  if (listings) compile_careful(region, refusal);
  return true;
}

void publish(LoopRecord& loop, std::unique_ptr<Region> region, const Code& code, int index) {
  const nest::Plan& plan = region->plan.plan;
  log_event("compile", code, index,
            fmt::format("{}, {} lanes x {} gangs, {} us", ir::name_of(region->isa), plan.lanes, plan.gangs,
                        region->compile_microseconds));
  region->next = loop.newest.load(std::memory_order_relaxed);
  loop.newest.store(region.release(), std::memory_order_release);
}

std::int64_t first_value(const Frame& frame, int index, const PrangeJob* job) {
  if (job) return job->start();
  const LoopInfo& info = frame.code->loops[static_cast<std::size_t>(index)];
  return info.kind == LoopKind::While ? 0 : frame.registers[info.state].as_int();
}

std::int64_t iterations_left(const Frame& frame, int index, const PrangeJob* job) {
  if (job) return job->iterations();
  const LoopInfo& info = frame.code->loops[static_cast<std::size_t>(index)];
  return info.kind == LoopKind::While ? 1 : frame.registers[info.state + 1].as_int();
}

} // namespace

const ir::Compiled* careful_code(LoopRecord& loop, Region& region) {
  if (const ir::Compiled* made = region.made_careful.load(std::memory_order_acquire)) return made;
  if (region.careful_is_refused.load(std::memory_order_relaxed)) return nullptr;
  const Compiling compiling(loop);
  std::string refusal;
  const std::int64_t before = region.compile_microseconds;
  const Recording& r = region.recording;
  if (!region.careful && !region.careful_is_refused) {
    if (compile_careful(region, refusal))
      log_event("compile", *r.code, r.loop,
                fmt::format("with every check in place, {} us", region.compile_microseconds - before));
    else
      region.careful_is_refused = true;
  }
  return region.made_careful.load(std::memory_order_relaxed);
}

Region* make_region(LoopRecord& loop, const Frame& frame, int index, const PrangeJob* job) {
  const LoopInfo& info = frame.code->loops[static_cast<std::size_t>(index)];
  compile_callees(*frame.code, info.enter, info.end); // resolves names, which may need the GIL
  const Compiling compiling(loop);
  if (loop.blacklisted) return nullptr;
  // Another thread may have been here while this one waited.
  if (Region* region = find_region(loop, frame, job)) return region;
  const Code& code = *frame.code;
  const auto place = [&] {
    return fmt::format("{}:{} {}", code.file(), code.loops[static_cast<std::size_t>(index)].location.line,
                       code.qualified_name);
  };
  if (!within_limit(StressSwitch::Regions, place)) {
    loop.blacklisted.store(true, std::memory_order_release);
    return nullptr;
  }
  if (loop.regions >= most_regions_of_a_loop) {
    blacklist(loop, code, index, "the kinds of its variables keep changing",
              code.loops[static_cast<std::size_t>(index)].location.line);
    return nullptr;
  }
  const auto start = std::chrono::steady_clock::now();
  RecordResult recorded = job ? record_grain(*job) : record_loop(frame, index, runs_in_parallel);
  if (auto* failure = std::get_if<RecordFailure>(&recorded)) {
    blacklist(loop, code, index, fmt::format("{} (line {})", failure->sentence(), failure->line), failure->line);
    return nullptr;
  }
  auto region = std::make_unique<Region>();
  region->recording = std::move(std::get<Recording>(recorded));
  ir::Region& r = region->recording.region;
  if (const auto number = stressed(StressSwitch::Leave, place_of(r))) leave_before_guard(r, *number);
  region->record_microseconds = microseconds_since(start);
  log_event("record", code, index,
            fmt::format("{} operations, {} exits, {} us", r.instructions.size(), r.exits.size(),
                        region->record_microseconds));
  const EntryValues values =
      entry_values(region->recording, frame, first_value(frame, index, job), job ? job->random_key().value_or(0) : 0);
  std::string refusal;
  if (!plan_and_compile(*region, code, job, values, iterations_left(frame, index, job), refusal)) {
    blacklist(loop, code, index, refusal, r.line);
    return nullptr;
  }
  ++loop.regions;
  Region* made = region.get();
  publish(loop, std::move(region), code, index);
  return made;
}

Region& region_with_fitting_plan(LoopRecord& loop, Region& region, const Frame& frame, const PrangeJob* job,
                                 const EntryValues& values, std::int64_t iterations) {
  constexpr std::int64_t worth_elements = 2048;
  if (region.plans >= most_plans_of_a_recording || region.replaced.load(std::memory_order_relaxed)) return region;
  if (iterations < worth_elements && !has_large_array(region.recording, values, worth_elements)) return region;
  if (!nest::PlannedEntry::wants_new_plan(region.plan, values.scalars.data(), values.arrays.data(), 0, iterations))
    return region;
  const Compiling compiling(loop);
  if (region.replaced.load(std::memory_order_relaxed)) return region;
  const Code& code = *frame.code;
  const int index = region.recording.loop;
  auto fresh = std::make_unique<Region>();
  fresh->recording = region.recording;
  fresh->record_microseconds = region.record_microseconds;
  fresh->plans = region.plans + 1;
  log_event("plan", code, index, "again: the loop's numbers have changed");
  std::string refusal;
  region.replaced.store(true, std::memory_order_relaxed);
  if (!plan_and_compile(*fresh, code, job, values, iterations, refusal)) return region;
  fresh->statistics.entries = region.statistics.entries.load();
  fresh->statistics.exits = region.statistics.exits.load();
  Region& made = *fresh;
  publish(loop, std::move(fresh), code, index);
  return made;
}

} // namespace pyvm::tracer
