#include "vm/interp/draws.h"

#include <set>

#include "vm/builtins/numpy_random.h"
#include "vm/bytecode/liveness.h"
#include "vm/interp/interpreter.h"

namespace pyvm {

namespace {

enum Answer : std::uint8_t { NotAsked, No, Yes };

class Search {
public:
  // The instructions [from, to).
  bool in_range(const Code& code, std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t pc = from; pc < to; ++pc) {
      const Instruction& i = code.instructions[pc];
      if (i.op == Opcode::LoadConst && is_drawing(code.constants[i.b])) return true;
      bool found = false;
      for_each_register(
          i, [&](std::uint16_t r) { found |= in_register(code, r); }, [](std::uint16_t) {});
      const bool calls = i.op == Opcode::Call || i.op == Opcode::CallKeywords;
      if (found || (calls && is_unknown(code, from, pc, i.b))) return true;
    }
    return false;
  }

private:
  bool in_register(const Code& code, std::uint16_t r) {
    for (auto [held, constant] : code.register_constants)
      if (held == r) return is_drawing(code.constants[constant]);
    return false;
  }

  bool is_drawing(const Value& constant) {
    if (constant.is(Tag::Builtin)) {
      const BuiltinId id = constant.as<Builtin>().id;
      return id >= BuiltinId::RandomDouble && id <= BuiltinId::RandomNormal;
    }
    if (constant.is(Tag::Function)) return in_function(constant.as<Function>());
    return constant.is(Tag::Kernel) && in_kernel(constant.as<Kernel>());
  }

  // What cannot be compiled does not draw either: the call raises.
  bool in_kernel(Kernel& kernel) {
    try {
      return in_function(*function_of(kernel));
    } catch (const GuestError&) {
      return false;
    }
  }

  bool in_function(const Function& function) {
    const Code& code = static_cast<const Code&>(*function.code);
    return seen_.insert(&code).second && in_range(code, 0, static_cast<std::uint32_t>(code.instructions.size()));
  }

  // The callee in that register is a variable, or neither one constant nor a method.
  static bool is_unknown(const Code& code, std::uint32_t from, std::uint32_t call, std::uint16_t callee) {
    if (callee < code.register_names.size()) return true;
    for (auto [held, constant] : code.register_constants)
      if (held == callee) return false;
    int values = 0;
    for (std::uint32_t pc = from; pc < call; ++pc) {
      if (!writes(code.instructions[pc], callee) || !reaches(code, pc, call, callee)) continue;
      const Opcode op = code.instructions[pc].op;
      if (++values > 1 || (op != Opcode::LoadConst && op != Opcode::GetAttr)) return true;
    }
    return values == 0;
  }

  static bool writes(const Instruction& i, std::uint16_t written) {
    bool found = false;
    for_each_register(
        i, [](std::uint16_t) {}, [&](std::uint16_t r) { found |= r == written; });
    return found;
  }

  // Whether the call may find in the register what was written at `write`.
  static bool reaches(const Code& code, std::uint32_t write, std::uint32_t call, std::uint16_t callee) {
    std::vector<std::uint32_t> open{write}, next;
    std::set<std::uint32_t> seen;
    while (!open.empty()) {
      successors(code, open.back(), next);
      open.pop_back();
      for (const std::uint32_t pc : next) {
        if (pc == call) return true;
        if (!writes(code.instructions[pc], callee) && seen.insert(pc).second) open.push_back(pc);
      }
    }
    return false;
  }

  std::set<const Code*> seen_;
};

std::uint64_t drawn_bits(native::Draws draws, DrawKind kind, std::uint64_t range) {
  switch (kind) {
  case DrawKind::Unit:
    return to_bits(draws.next_double());
  case DrawKind::Gauss:
    return to_bits(draws.next_gauss());
  case DrawKind::Bounded:
    break;
  }
  return draws.bounded(range, 64);
}

std::uint64_t draw_of_iteration(void* state, DrawKind kind, std::uint64_t range) noexcept {
  return drawn_bits(native::Draws(*static_cast<IterationStream*>(state)), kind, range);
}

std::uint64_t draw_of_thread(void* state, DrawKind kind, std::uint64_t range) noexcept {
  return drawn_bits(native::Draws(*static_cast<MersenneTwister*>(state)), kind, range);
}

static_assert(static_cast<int>(BuiltinId::RandomNormal) - static_cast<int>(BuiltinId::RandomDouble) == 4);

} // namespace

DrawSource draw_source(Interpreter& interpreter) {
  if (IterationStream* stream = interpreter.context().iteration_stream) return {stream, draw_of_iteration};
  return {&native::thread_random_state(), draw_of_thread};
}

bool may_draw(const Code& code, std::uint32_t from, std::uint32_t to) { return Search().in_range(code, from, to); }

bool may_draw(const Code& code, int loop) {
  std::atomic<std::uint8_t>& known = code.draws[static_cast<std::size_t>(loop)];
  std::uint8_t answer = known.load(std::memory_order_relaxed);
  if (answer == NotAsked) {
    const LoopInfo& info = code.loops[static_cast<std::size_t>(loop)];
    answer = may_draw(code, info.body, info.next) ? Yes : No;
    known.store(answer, std::memory_order_relaxed);
  }
  return answer == Yes;
}

} // namespace pyvm
