#include "tracer/trace/verify.h"

#include <pthread.h>

#include <cstdio>
#include <mutex>
#include <new>
#include <optional>

#include <fmt/format.h>

#include "tracer/trace/differences.h"
#include "tracer/trace/entry.h"
#include "tracer/trace/log.h"
#include "tracer/trace/stray_stores.h"
#include "tracer/trace/tracer.h"
#include "vm/interp/interpreter.h"
#include "vm/semantics/philox.h"
#include "vm/support/environment.h"

namespace pyvm::tracer {

bool verifies() { return services().verified_share > 0; }

namespace {

// SplitMix64's last step.
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

} // namespace

bool is_verified(const Region& region, std::int64_t entry, std::int64_t piece) {
  if (services().verified_share >= 1) return true;
  const Recording& r = region.recording;
  std::uint64_t hash = static_cast<std::uint64_t>(r.loop);
  for (const char c : r.code->qualified_name) hash = mixed(hash * 31 + static_cast<unsigned char>(c) + 1);
  for (const std::int64_t number : {std::int64_t{r.region.line}, entry, piece})
    hash = mixed(hash + 0x9e3779b97f4a7c15u + static_cast<std::uint64_t>(number));
  return static_cast<double>(hash >> 11) * 0x1p-53 < services().verified_share;
}

namespace {

// The one piece that is verified, for as long as this lives.
class Turn {
public:
  explicit Turn(Interpreter& interpreter) : lock_(mutex()), interpreter_(interpreter) { interpreter.verifying = true; }
  ~Turn() { interpreter_.verifying = false; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

private:
  static std::mutex& mutex() {
    static std::mutex one_at_a_time;
    // A forked child has not got the thread that holds it.
    static const int for_children = pthread_atfork(nullptr, nullptr, [] { new (&one_at_a_time) std::mutex; });
    static_cast<void>(for_children);
    return one_at_a_time;
  }
  std::lock_guard<std::mutex> lock_;
  Interpreter& interpreter_;
};

// These come from outside the program: they say nothing about compiled code.
bool is_from_outside(const GuestError& error) {
  return error.kind() == ExceptionKind::KeyboardInterrupt || is_subclass(error.kind(), ExceptionKind::MemoryError);
}

void log_unverified(const Region& region, const char* why) {
  log_event("verify", *region.recording.code, region.recording.loop, fmt::format("not verified: {}", why));
}

void log_same(const Region& region, const std::string& what, const StoreLog& log) {
  log_event("verify", *region.recording.code, region.recording.loop,
            fmt::format("{}: the same, {} elements stored", what, log.size()));
}

void report(const Region& region, LoopRecord& loop, const Frame& frame, const std::string& what,
            const std::string& difference) {
  const Recording& r = region.recording;
  const LoopInfo& info = r.code->loops[static_cast<std::size_t>(r.loop)];
  {
    std::lock_guard lock(loop.mutex);
    const RecordFailure reason{Abort::Miscompiled, difference, info.location.line};
    if (!loop.blacklisted) blacklist(loop, *r.code, r.loop, reason.sentence(), reason.line);
  }
  Environment environment = pyvm::environment();
  environment.verify.of_one = 1;
  environment.num_threads = 1;
  const std::string text =
      fmt::format("pyvm: verify: {}:{}: compiled code of the loop in '{}' gives another result than the interpreter\n"
                  "  {}\n"
                  "  {}; {}, {} lanes x {} gangs\n"
                  "  entered with {}\n"
                  "  The interpreter's result is kept, and the loop is interpreted from now on.\n"
                  "  To repeat, run the program with {}; pyvm dump --stage=all {} shows the code.\n",
                  r.code->file(), info.location.line, r.code->qualified_name, difference, what, ir::name_of(region.isa),
                  region.plan.plan.lanes, region.plan.plan.gangs, entry_text(frame, r), environment_text(environment),
                  r.code->file());
  if (services().report_miscompile)
    services().report_miscompile(text);
  else
    std::fputs(text.c_str(), stderr);
}

// ---- a piece of a prange

Raised raised_by(const PrangeJob& job) {
  const auto& failure = job.failure();
  return failure ? Raised{&failure->error, failure->ordinal, failure->pc} : Raised{};
}

bool stopped_from_outside(const PrangeJob& job) { return job.failure() && is_from_outside(job.failure()->error); }

std::string difference_of(const Region& region, const StoreLog& log, const StrayStores& strays, PrangeJob& interpreted,
                          PrangeJob& compiled, std::int64_t begin, std::int64_t end) {
  std::string text = exception_difference(interpreted.code(), raised_by(interpreted), raised_by(compiled));
  if (!text.empty()) return text;
  if (const auto found = log.difference())
    return element_difference(interpreted.frame(), region.recording, *found, log.size());
  // Behind an iteration that raised, others of its lanes may have run.
  if (std::byte* at = interpreted.failure() ? nullptr : strays.find(log))
    return strays.text(at, interpreted.frame(), region.recording);
  return result_difference(interpreted, compiled, begin, end);
}

std::int64_t end_of(const PrangeJob& job, std::int64_t end) { return job.failure() ? job.failure()->ordinal : end; }

// What the interpreter has done is undone. False: it says nothing.
bool interpret_piece(Interpreter& interpreter, StoreLog& log, PrangeJob& apart, const Region& region,
                     std::int64_t begin, std::int64_t end) {
  try {
    apart.interpret(interpreter, begin, end);
    log.roll_back();
    if (!stopped_from_outside(apart)) return true;
    log_unverified(region, apart.failure()->error.message().c_str());
  } catch (const Unrepeatable& mark) {
    log.roll_back();
    log_unverified(region, mark.what);
  }
  return false;
}

} // namespace

std::int64_t verify_piece(Interpreter& interpreter, PrangeJob& job, LoopRecord& loop, const Region& region,
                          std::int64_t entry, std::int64_t begin, std::int64_t end, const RunPiece& run_compiled) {
  PrangeJob interpreted(job, PrangeJob::Apart::Tag), compiled(job, PrangeJob::Apart::Tag);
  {
    const Turn turn(interpreter);
    StoreLog log(interpreter.context());
    if (interpret_piece(interpreter, log, interpreted, region, begin, end)) {
      const StrayStores strays(job.frame(), region.recording);
      run_compiled(compiled);
      std::string difference;
      if (!stopped_from_outside(compiled))
        difference = difference_of(region, log, strays, interpreted, compiled, begin, end);
      const std::string what =
          fmt::format("iterations {} to {} of {}, entry {}", begin, end - 1, job.iterations(), entry);
      if (difference.empty()) {
        log_same(region, what, log);
      } else {
        strays.undo();
        log.write_back();
        report(region, loop, job.frame(), what, difference);
      }
      PrangeJob& right = difference.empty() ? compiled : interpreted;
      const std::int64_t done = end_of(right, end);
      job.take_over(interpreter.context(), right, begin, end);
      return done;
    }
    if (interpreted.failure() && interpreted.failure()->error.kind() == ExceptionKind::KeyboardInterrupt) {
      const std::int64_t done = end_of(interpreted, end);
      job.take_over(interpreter.context(), interpreted, begin, end);
      return done;
    }
  }
  return run_compiled(job);
}

// ---- an entry of a hot loop

namespace {

// No loop has this number: NextPrange with it ends a run whose frame has a LoopEnd.
constexpr std::uint16_t stop_number = 0xffff;

class LoopEnd final : public Grain {
public:
  bool next(Frame&) override { return false; }
};

const StoppingCode& stopping_code(LoopRecord& loop, const Code& code, int index) {
  if (loop.stopping) return *loop.stopping;
  CodeTables tables = code;
  const LoopInfo& info = code.loops[static_cast<std::size_t>(index)];
  for (std::uint32_t pc = 0; pc < tables.instructions.size(); ++pc) {
    Instruction& i = tables.instructions[pc];
    if (pc >= info.body && pc <= info.next && i.op != Opcode::Return) continue;
    i = Instruction{Opcode::NextPrange};
    i.c = stop_number;
  }
  constexpr std::int32_t never_hot = 0x7fffffff;
  const Ref<Code> copy = make<Code>(std::move(tables));
  copy->make_counters(never_hot);
  copy->make_immortal();
  loop.stopping = std::make_unique<StoppingCode>(StoppingCode{copy, Liveness(code)});
  return *loop.stopping;
}

struct LoopOutcome {
  std::optional<GuestError> error;
  std::uint32_t pc = 0; // where it was left, or raised
  std::vector<Value> registers;
  IterationStream stream; // of the iteration that the loop stands in, where that draws
};

// What an outer iteration draws from is as it was when this goes.
class KeptStream {
public:
  explicit KeptStream(IterationStream* stream) : stream_(stream), before_(stream ? *stream : IterationStream()) {}
  ~KeptStream() {
    if (stream_) *stream_ = before_;
  }
  KeptStream(const KeptStream&) = delete;
  KeptStream& operator=(const KeptStream&) = delete;

private:
  IterationStream* stream_;
  IterationStream before_;
};

// A copy of the frame, which `begin` may change, runs until the loop ends. Leaves no frame behind.
LoopOutcome run_apart(Interpreter& interpreter, const Frame& frame, const StoppingCode& stopping,
                      const RunEntry& begin) {
  const std::uint32_t depth = interpreter.depth();
  IterationStream* const stream = interpreter.context().iteration_stream;
  const KeptStream kept(stream);
  LoopEnd loop_end;
  LoopOutcome outcome;
  try {
    Frame& copy = interpreter.push_frame(*stopping.code, nullptr);
    copy.globals = frame.globals;
    copy.function = frame.function;
    copy.returns_to_host = true;
    copy.grain = &loop_end;
    copy.grain_loop = stop_number;
    copy.pc = frame.pc;
    std::copy(frame.registers, frame.registers + frame.code->registers, copy.registers);
    begin(copy);
    interpreter.run();
    outcome.pc = copy.pc;
    outcome.registers.assign(copy.registers, copy.registers + frame.code->registers);
    interpreter.pop_frame();
  } catch (GuestError& error) {
    while (interpreter.depth() > depth) interpreter.pop_frame();
    outcome.pc = loop_end.failed_pc;
    outcome.error.emplace(std::move(error));
  } catch (...) {
    while (interpreter.depth() > depth) interpreter.pop_frame();
    throw;
  }
  if (stream) outcome.stream = *stream;
  return outcome;
}

Raised raised_by(const LoopOutcome& outcome) {
  return outcome.error ? Raised{&*outcome.error, 0, outcome.pc} : Raised{};
}

std::string register_difference(const Code& code, const Liveness& liveness, const LoopOutcome& interpreted,
                                const LoopOutcome& compiled) {
  if (interpreted.pc != compiled.pc)
    return fmt::format("interpreted goes on at line {}, compiled at line {}", code.locations[interpreted.pc].line,
                       code.locations[compiled.pc].line);
  if (interpreted.stream.drawn() != compiled.stream.drawn())
    return fmt::format("interpreted draws {} times, compiled {} times", interpreted.stream.drawn(),
                       compiled.stream.drawn());
  for (int r = 0; r < code.registers; ++r) {
    const Value &x = interpreted.registers[static_cast<std::size_t>(r)],
                &y = compiled.registers[static_cast<std::size_t>(r)];
    if (!liveness.live(interpreted.pc, static_cast<std::uint16_t>(r)) || same_value(x, y)) continue;
    const auto names = static_cast<int>(code.register_names.size());
    const std::string name = r < names ? code.register_names[static_cast<std::size_t>(r)] : "a temporary";
    return fmt::format("'{}' behind the loop: interpreted {}, compiled {}", name, value_text(x), value_text(y));
  }
  return "";
}

std::string difference_of(const Region& region, const Frame& frame, const StoppingCode& stopping, const StoreLog& log,
                          const StrayStores& strays, const LoopOutcome& interpreted, const LoopOutcome& compiled) {
  std::string text = exception_difference(*frame.code, raised_by(interpreted), raised_by(compiled));
  if (!text.empty()) return text;
  if (const auto found = log.difference()) return element_difference(frame, region.recording, *found, log.size());
  if (std::byte* at = strays.find(log)) return strays.text(at, frame, region.recording);
  return interpreted.error ? "" : register_difference(*frame.code, stopping.liveness, interpreted, compiled);
}

void take_over(Interpreter& interpreter, Frame& frame, LoopOutcome& outcome) {
  if (interpreter.context().iteration_stream) *interpreter.context().iteration_stream = outcome.stream;
  frame.pc = outcome.pc;
  if (outcome.error) throw std::move(*outcome.error);
  std::move(outcome.registers.begin(), outcome.registers.end(), frame.registers);
}

} // namespace

bool verify_entry(Interpreter& interpreter, Frame& frame, LoopRecord& loop, const Region& region, std::int64_t entry,
                  const RunEntry& run_compiled) {
  const Turn turn(interpreter);
  const StoppingCode& stopping = stopping_code(loop, *frame.code, region.recording.loop);
  StoreLog log(interpreter.context());
  LoopOutcome interpreted;
  try {
    interpreted = run_apart(interpreter, frame, stopping, [](Frame&) {});
  } catch (const Unrepeatable& mark) {
    log.roll_back();
    log_unverified(region, mark.what);
    return false;
  }
  log.roll_back();
  if (interpreted.error && is_from_outside(*interpreted.error)) {
    if (interpreted.error->kind() == ExceptionKind::KeyboardInterrupt) take_over(interpreter, frame, interpreted);
    log_unverified(region, "it runs out of memory");
    return false;
  }
  const StrayStores strays(frame, region.recording);
  LoopOutcome compiled = run_apart(interpreter, frame, stopping, run_compiled);
  std::string difference;
  if (!compiled.error || !is_from_outside(*compiled.error))
    difference = difference_of(region, frame, stopping, log, strays, interpreted, compiled);
  const std::string what = fmt::format("entry {}", entry);
  if (difference.empty()) {
    log_same(region, what, log);
    take_over(interpreter, frame, compiled);
  } else {
    strays.undo();
    log.write_back();
    report(region, loop, frame, what, difference);
    take_over(interpreter, frame, interpreted);
  }
  return true;
}

} // namespace pyvm::tracer
