// Which registers may still be read at a place in the code: classic backward dataflow over the instructions.
// Used for what a prange leaves behind and for the snapshots of exits.
#pragma once

#include <vector>

#include "vm/bytecode/code.h"

namespace pyvm {

// Calls read(register) and write(register) for everything the instruction touches.
template <class Read, class Write> void for_each_register(const Instruction& i, Read&& read, Write&& write);

class Liveness {
public:
  explicit Liveness(const Code& code);
  // Before the instruction at pc runs.
  bool live(std::uint32_t pc, std::uint16_t guest_register) const { return live_[pc][guest_register]; }

private:
  std::vector<std::vector<bool>> live_;
};

// Instructions that may run after the one at pc, in the same function.
void successors(const Code& code, std::uint32_t pc, std::vector<std::uint32_t>& out);

template <class Read, class Write> void for_each_register(const Instruction& i, Read&& read, Write&& write) {
  const OpcodeInfo& row = info(i.op);
  auto visit = [&](Role role, int r) {
    auto each = [&](int count, auto&& f) {
      for (int k = 0; k < count; ++k) f(static_cast<std::uint16_t>(r + k));
    };
    switch (role) {
    case Role::Read:
      each(1, read);
      break;
    case Role::Write:
      each(1, write);
      break;
    case Role::Both:
      each(1, read);
      each(1, write);
      break;
    case Role::ReadN:
      each(i.n, read);
      break;
    case Role::ReadC:
      each(i.c, read);
      break;
    case Role::WriteC:
      each(i.c, write);
      break;
    case Role::Read3:
      each(3, read);
      break;
    case Role::Write3:
      each(3, write);
      break;
    case Role::State:
      each(3, read);
      each(3, write);
      break;
    default:
      break;
    }
  };
  visit(row.a, i.a);
  visit(row.b, i.b);
  visit(row.c, i.c);
}

} // namespace pyvm
