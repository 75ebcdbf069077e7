// When to record, when to enter, what to report.
#include "tracer/trace/tracer.h"

#include <algorithm>

#include <fmt/format.h>

#include "tracer/ir/print.h"
#include "tracer/trace/compiling.h"
#include "tracer/trace/entry.h"
#include "tracer/trace/exits.h"
#include "tracer/trace/log.h"
#include "tracer/trace/look_up.h"
#include "tracer/trace/ticker.h"
#include "tracer/trace/verify.h"
#include "vm/interp/conflicts.h"
#include "vm/interp/draws.h"
#include "vm/interp/interpreter.h"
#include "vm/interp/prange.h"
#include "vm/semantics/arithmetic.h"
#include "vm/support/environment.h"

namespace pyvm::tracer {

namespace {

// Iterations of a prange that are interpreted before it is recorded; a body with a loop counts for many.
constexpr std::int64_t prange_patience = 48;
constexpr std::int64_t loop_weight = 16;
// Microseconds of a prange for which a worker is started while the loop is compiled, rather than behind that.
constexpr double worth_a_thread = 100;
// Heat to leave a loop with. Returning to its header, the interpreter counts that back-edge again.
constexpr std::int32_t at_next_back_edge = 1, after_this_back_edge = 2, never = 0x7fffffff;
std::int32_t as_if_new() { return back_edges_until_hot() + 1; }
// A hot loop whose compiled code leaves again and again after a few iterations is not worth entering.
constexpr std::int64_t exits_before_judgement = 200;
constexpr std::int64_t iterations_worth_an_exit = 4;
// Elements of an array: a hot loop was compiled with a short prange inside, which now has more to do.
constexpr std::int64_t worth_running_in_parallel = 1 << 15;

Services the_services;

bool traces() { return the_services.code_generator && environment().jit; }

const char* kind_text(LoopKind kind) {
  return kind == LoopKind::Prange ? "prange" : kind == LoopKind::For ? "for" : "while";
}

} // namespace

const Services& services() { return the_services; }
void configure(const Services& new_services) { the_services = new_services; }

bool run_prange(Interpreter& interpreter, PrangeJob& job) {
  if (!traces()) return false;
  LoopRecord& loop = record_of(job.code(), job.loop_index());
  if (loop.blacklisted.load(std::memory_order_acquire)) return false;
  Region* region = find_region(loop, job.frame(), &job);
  if (!region) {
    const std::int64_t weight = job.loop().body_has_loop_or_call ? loop_weight : 1;
    const std::int64_t patience = std::min<std::int64_t>(back_edges_until_hot(), prange_patience);
    const std::int64_t before = loop.interpreted.fetch_add(job.iterations() * weight, std::memory_order_relaxed);
    if (before == 0)
      log_event("interpret", job.code(), job.loop_index(),
                fmt::format("{} iterations, seen for the first time", job.iterations()));
    if (before + job.iterations() * weight < patience) return false;
    const bool will_be_shared = job.iterations() > 1 && !job.runs_alone() && first_prediction(job) >= worth_a_thread;
    if (will_be_shared && the_services.expect_job) the_services.expect_job();
    region = make_region(loop, job.frame(), job.loop_index(), &job);
  }
  if (!region) return false;
  // The region's own order says nothing of accesses on paths that it has not got.
  if (region->recording.hides_code && !conflict_of(job).empty()) return false;
  return run_region(interpreter, job, loop, *region);
}

namespace {

// A range or while loop at its header: what is left of it. A while loop counts as one iteration.
struct Rest {
  bool counted; // a range
  std::int64_t start = 0, left = 1, step = 1;
};

Rest rest_of(const LoopInfo& info, const Frame& frame) {
  if (info.kind == LoopKind::While) return {false};
  const Value* state = frame.registers + info.state; // the next value, how many are left, the step
  return {true, state[0].as_int(), state[1].as_int(), state[2].as_int()};
}

// So little is left that interpreting it is faster than entering the code.
bool is_brief(const Region& region, const Rest& rest) {
  return rest.counted && rest.left >= 0 && rest.left <= region.brief_iterations &&
         !environment().stress[StressSwitch::Hot].on;
}

// Code that leaves again and again after a few iterations is given up.
void judge_exit(LoopRecord& loop, Region& region, const Code& code, int index, const ir::Exit& exit,
                std::int64_t entries, std::int64_t iterations) {
  const std::int64_t exits = region.statistics.exits.fetch_add(1, std::memory_order_relaxed) + 1;
  log_exit(region, exit);
  if (exits <= exits_before_judgement || exits * 2 <= entries || iterations >= exits * iterations_worth_an_exit) return;
  const Compiling compiling(loop);
  blacklist(loop, code, index, fmt::format("compiled code leaves too often: {} (line {})", exit.reason, exit.line),
            exit.line);
}

// `compiled`, which is `version`'s, as far as it goes, with the values of `frame`; fills `base`, which is on top: the
// same frame, or a copy. The frame to go on with.
Frame& run_rest(Interpreter& interpreter, const Frame& frame, Frame& base, int index, LoopRecord& loop, Region& region,
                const ir::Compiled& compiled, const ir::Region& version, const EntryValues& values, const Rest& rest) {
  std::vector<std::uint64_t> exit_values(exit_words(version));
  ir::RegionContext context = context_of(values, values.arrays, exit_values);
  if (region.recording.draws) {
    const DrawSource source = draw_source(interpreter);
    context.draw_state = source.state;
    context.draw = source.draw;
  }
  const RunningCode running;
  const std::int64_t outcome = compiled.entry(&context, 0, rest.left);
  if (outcome == ir::abandoned) throw_reason();

  const ir::Exit& exit = version.exits[static_cast<std::size_t>(outcome)];
  const LoopInfo& info = frame.code->loops[static_cast<std::size_t>(index)];
  const bool ended = exit.frames.size() == 1 && (exit.frames[0].pc == info.otherwise || exit.frames[0].pc == info.end);
  const std::int64_t entries = region.statistics.entries.load(std::memory_order_relaxed);
  const std::int64_t ran = rest.counted ? context.exit_ordinal + 1 : iterations_worth_an_exit;
  const std::int64_t iterations = region.statistics.iterations.fetch_add(ran, std::memory_order_relaxed) + ran;
  if (!ended) judge_exit(loop, region, *frame.code, index, exit, entries, iterations);
  const ExitState exit_state{&region.recording, &version, static_cast<ir::ExitId>(outcome), exit_values.data(), &frame,
                             context.arrays,    0};
  Frame& top = restore(interpreter, base, exit_state);
  if (rest.counted && !ended) {
    const std::int64_t begun = context.exit_ordinal + 1;
    Value* state = base.registers + info.state;
    state[0].set_int(add(rest.start, multiply(begun, rest.step)));
    state[1].set_int(rest.left - begun);
    state[2].set_int(rest.step);
  }
  return top;
}

} // namespace

Frame* enter_hot_loop(Interpreter& interpreter, Frame& frame, int index) {
  const Code& code = *frame.code;
  RelaxedCounter& heat = code.heat[static_cast<std::size_t>(index)];
  LoopRecord& loop = record_of(code, index);
  const auto interpret_until = [&](std::int32_t next_heat) {
    heat = next_heat;
    return &frame;
  };
  if (!traces() || loop.blacklisted.load(std::memory_order_acquire)) return interpret_until(never);
  if (interpreter.verifying) return interpret_until(after_this_back_edge);
  const Rest rest = rest_of(code.loops[static_cast<std::size_t>(index)], frame);
  if (rest.left == 0) return interpret_until(after_this_back_edge);
  Region* region = find_region(loop, frame, nullptr);
  if (!region) {
    log_event("interpret", code, index, "hot after some iterations");
    region = make_region(loop, frame, index, nullptr);
  }
  if (!region) return interpret_until(never);
  // Each of the iterations counts, and the end of the loop: then it is hot at its next first back-edge.
  if (is_brief(*region, rest)) return interpret_until(static_cast<std::int32_t>(rest.left) + after_this_back_edge);
  if (stop_word().load(std::memory_order_relaxed) != 0) {
    stop_word().store(0, std::memory_order_relaxed);
    interpreter.poll();
  }
  // 2^63 iterations or more: their ordinals are no signed numbers.
  if (rest.left < 0) return interpret_until(as_if_new());
  const EntryValues values = entry_values(region->recording, frame, rest.start, 0);
  if (!values.fits) return interpret_until(as_if_new());
  if (region->recording.holds_prange && the_services.num_threads() > 1 &&
      has_large_array(region->recording, values, worth_running_in_parallel))
    return interpret_until(as_if_new());
  heat = at_next_back_edge; // from now on compiled code is entered at the first back-edge
  std::shared_ptr<const KnownEntry> entry = region->known_entries.find(region->plan, values, rest.left);
  if (!entry) {
    region = &region_with_fitting_plan(loop, *region, frame, nullptr, values, rest.left);
    entry = region->known_entries.add(region->plan, values, rest.left, {region->fast.has_value(), false});
  }
  // All of what is left must pass the checks: a piece of it would end as if the loop did.
  const bool fast = entry->fast_until == rest.left;
  const ir::Compiled* compiled = fast ? &*region->fast : careful_code(loop, *region);
  if (!compiled) return interpret_until(as_if_new());
  const std::int64_t number = region->statistics.entries.fetch_add(1, std::memory_order_relaxed);
  const auto run = [&](Frame& base) -> Frame& {
    const ir::Region& version = fast ? region->plan.fast : region->plan.careful;
    return run_rest(interpreter, frame, base, index, loop, *region, *compiled, version, values, rest);
  };
  if (verifies() && is_verified(*region, number, 0) && verify_entry(interpreter, frame, loop, *region, number, run))
    return &frame;
  return &run(frame);
}

namespace {

// Says of loop `k`, which has no region of its own, what the code of a loop around it makes of it, if that has it.
void report_enclosing(RegionReport& report, const Code& code, std::size_t k) {
  for (int around = code.loops[k].parent; around >= 0; around = code.loops[static_cast<std::size_t>(around)].parent) {
    auto* loop =
        static_cast<LoopRecord*>(code.traced[static_cast<std::size_t>(around)].load(std::memory_order_acquire));
    const Region* region = loop ? loop->newest.load(std::memory_order_acquire) : nullptr;
    if (!region || loop->blacklisted) continue;
    const nest::Plan& plan = region->plan.plan;
    const auto has_line = [&](const auto& note) { return note.line == report.line; };
    // What the loop's code leaves to the interpreter has no place in its plan.
    if (std::none_of(plan.loops.begin(), plan.loops.end(), has_line)) continue;
    const auto order = std::find_if(plan.in_order.begin(), plan.in_order.end(), has_line);
    const bool in_order = report.kind == "prange" && order != plan.in_order.end();
    report.state = in_order ? "in order" : "compiled";
    report.reason =
        in_order ? order->sentence
                 : fmt::format("with the loop of line {}", code.loops[static_cast<std::size_t>(around)].location.line);
    return;
  }
}

// Without its first line, which names the loop.
std::string plan_lines(const Region& region, const Code& code) {
  const std::string text = nest::print(region.plan.plan, region.plan.fast.arrays, register_names(code));
  return text.substr(text.find('\n') + 1);
}

} // namespace

std::vector<RegionReport> regions_of(const Code& code) {
  std::vector<RegionReport> reports;
  for (std::size_t k = 0; k < code.loops.size(); ++k) {
    const LoopInfo& info = code.loops[k];
    RegionReport base;
    base.file = code.file();
    base.line = info.location.line;
    base.function = code.qualified_name;
    base.kind = kind_text(info.kind);
    base.isa = "none";
    base.state = "interpreted";
    if (info.kind == LoopKind::Prange && !info.in_order_reason.empty()) {
      base.state = "in order";
      base.reason = info.in_order_reason;
    }
    auto* loop = static_cast<LoopRecord*>(code.traced[k].load(std::memory_order_acquire));
    if (!loop) {
      if (base.state == "interpreted") report_enclosing(base, code, k);
      reports.push_back(base);
      continue;
    }
    const Compiling compiling(*loop);
    Region* newest = loop->newest.load(std::memory_order_acquire);
    if (!newest) {
      if (loop->blacklisted) {
        base.state = "blacklisted";
        base.reason = loop->blacklist_reason;
      }
      if (base.state == "interpreted") report_enclosing(base, code, k);
      reports.push_back(base);
      continue;
    }
    for (Region* region = newest; region; region = region->next) {
      if (region->replaced && region != newest) continue;
      RegionReport r = base;
      r.state = loop->blacklisted                                          ? "blacklisted"
                : region->order_reason.empty() && base.state != "in order" ? "compiled"
                                                                           : "in order";
      r.reason = loop->blacklisted              ? loop->blacklist_reason
                 : region->order_reason.empty() ? base.reason
                                                : region->order_reason;
      r.plan = plan_lines(*region, code);
      r.isa = ir::name_of(region->isa);
      r.lanes = region->plan.plan.lanes;
      r.gangs = region->plan.plan.gangs;
      r.record_microseconds = region->record_microseconds;
      r.compile_microseconds = region->compile_microseconds;
      r.entries = region->statistics.entries.load();
      r.exits_taken = region->statistics.exits.load();
      for (const auto* code_of : {&region->fast, &region->careful})
        if (*code_of) r.code_bytes += static_cast<std::int64_t>((*code_of)->code_bytes);
      reports.push_back(r);
    }
  }
  return reports;
}

std::string dump_regions(const Code& code, const std::string& stage) {
  std::string text;
  for (std::size_t k = 0; k < code.loops.size(); ++k) {
    auto* loop = static_cast<LoopRecord*>(code.traced[k].load(std::memory_order_acquire));
    if (!loop) continue;
    for (Region* region = loop->newest.load(std::memory_order_acquire); region; region = region->next) {
      text += fmt::format("; {}:{} {} {}\n", code.file(), code.loops[k].location.line, code.qualified_name,
                          kind_text(code.loops[k].kind));
      if (stage == "ir") text += ir::print(region->recording.region);
      if (stage == "plan") {
        text += nest::print(region->plan.plan, region->plan.fast.arrays, register_names(code));
        text += ir::print(region->plan.fast);
      }
      if (stage == "asm")
        for (const auto* compiled : {&region->fast, &region->careful})
          if (*compiled) text += (*compiled)->listing;
    }
    if (loop->blacklisted)
      text += fmt::format("; {}:{} {}\n", code.file(), code.loops[k].location.line, loop->blacklist_reason);
  }
  return text;
}

} // namespace pyvm::tracer
