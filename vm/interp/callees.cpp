#include "vm/interp/callees.h"

#include <set>

#include "vm/bytecode/liveness.h"
#include "vm/interp/interpreter.h"

namespace pyvm {

namespace {

class Callees {
public:
  void in_range(const Code& code, std::uint32_t from, std::uint32_t to) {
    std::set<std::uint16_t> read;
    for (std::uint32_t pc = from; pc < to; ++pc) {
      const Instruction& i = code.instructions[pc];
      if (i.op == Opcode::LoadConst) in_constant(code.constants[i.b]);
      for_each_register(
          i, [&](std::uint16_t r) { read.insert(r); }, [](std::uint16_t) {});
    }
    for (auto [held, constant] : code.register_constants)
      if (read.contains(held)) in_constant(code.constants[constant]);
  }

private:
  void in_constant(const Value& constant) {
    if (constant.is(Tag::Function)) return in_function(constant.as<Function>());
    if (!constant.is(Tag::Kernel)) return;
    try {
      in_function(*function_of(constant.as<Kernel>()));
    } catch (const GuestError&) {
    }
  }

  void in_function(const Function& function) {
    const Code& code = static_cast<const Code&>(*function.code);
    if (seen_.insert(&code).second) in_range(code, 0, static_cast<std::uint32_t>(code.instructions.size()));
  }

  std::set<const Code*> seen_;
};

} // namespace

void compile_callees(const Code& code, std::uint32_t from, std::uint32_t to) { Callees().in_range(code, from, to); }

} // namespace pyvm
