// The dataflow, to its fixed point.
#include "vm/bytecode/liveness.h"

namespace pyvm {

void successors(const Code& code, std::uint32_t pc, std::vector<std::uint32_t>& out) {
  out.clear();
  const Instruction& i = code.instructions[pc];
  switch (i.op) {
  case Opcode::Return:
  case Opcode::Raise:
  case Opcode::RaiseAssertion:
    return;
  case Opcode::Jump:
    out.push_back(pc + 1 + i.distance());
    return;
  case Opcode::JumpIf:
  case Opcode::JumpIfNot:
    out.push_back(pc + 1);
    out.push_back(pc + 1 + i.distance());
    return;
  case Opcode::EnterFor:
  case Opcode::EnterPrange:
    out.push_back(code.loops[i.c].body);
    out.push_back(code.loops[i.c].otherwise);
    return;
  case Opcode::NextFor:
  case Opcode::NextPrange:
    out.push_back(code.loops[i.c].body);
    out.push_back(code.loops[i.c].otherwise);
    return;
  case Opcode::LoopBack:
    out.push_back(code.loops[i.c].body);
    return;
  default:
    out.push_back(pc + 1);
    return;
  }
}

Liveness::Liveness(const Code& code) {
  const std::size_t n = code.instructions.size();
  live_.assign(n, std::vector<bool>(code.registers, false));
  std::vector<std::uint32_t> next;
  std::vector<bool> now;
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t k = n; k-- > 0;) {
      const auto pc = static_cast<std::uint32_t>(k);
      now.assign(code.registers, false);
      successors(code, pc, next);
      for (std::uint32_t s : next) {
        if (s >= n) continue;
        for (int r = 0; r < code.registers; ++r)
          if (live_[s][r]) now[r] = true;
      }
      const Instruction& i = code.instructions[pc];
      for_each_register(
          i, [](std::uint16_t) {}, [&](std::uint16_t r) { now[r] = false; });
      if (i.op == Opcode::EnterFor || i.op == Opcode::EnterPrange || i.op == Opcode::NextFor ||
          i.op == Opcode::NextPrange) {
        // The target is written on the way into the body; behind the loop it keeps the old value.
        const LoopInfo& loop = code.loops[i.c];
        now[loop.target] = loop.otherwise < n && live_[loop.otherwise][loop.target];
      }
      for_each_register(
          i, [&](std::uint16_t r) { now[r] = true; }, [](std::uint16_t) {});
      // The end of an iteration takes what it has selected, whoever reads it later.
      if (i.op == Opcode::NextPrange)
        for (const LoopSelection& selection : code.loops[i.c].selections)
          for (const std::uint16_t r : members_of(selection)) now[r] = true;
      if (now != live_[pc]) {
        live_[pc] = now;
        changed = true;
      }
    }
  }
}

} // namespace pyvm
