// Writes one Code: instructions, tables, registers. Knows nothing of Python's grammar.
//
// Registers: [locals][constants used in loops][temporaries]. Temporaries are a stack; while code is emitted they are
// numbered from `first_temporary`, a number above all locals and constants, and moved down at the end.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "vm/bytecode/code.h"

namespace pyvm {

using Register = std::uint16_t;

// A place in the code that jumps lead to; patched when it is bound.
struct Label {
  std::vector<std::uint32_t> jumps;
  std::uint32_t pc = no_join;
};

class Emitter {
public:
  explicit Emitter(Code& code) : code_(code) {}

  std::uint32_t pc() const { return static_cast<std::uint32_t>(code_.instructions.size()); }
  void set_location(const Location& location) { location_ = location; }
  const Location& location() const { return location_; }

  std::uint32_t emit(Opcode op, int a = 0, int b = 0, int c = 0, int n = 0);
  void jump(Label& label);
  // Returns the pc, for set_join.
  std::uint32_t jump_if(bool condition, Register r, Label& label);
  void set_join(std::uint32_t jump_pc) { code_.joins[jump_pc] = pc(); }
  void bind(Label& label);
  void patch_loop(int loop, std::uint32_t LoopInfo::*field) { code_.loops[loop].*field = pc(); }

  Register local(const std::string& name);
  bool has_local(const std::string& name) const { return local_registers_.count(name) != 0; }
  Register temporary(int count = 1);
  int temporaries() const { return temporaries_; }
  void release_to(int count) { temporaries_ = count; }
  bool is_temporary(Register r) const { return r >= first_temporary; }

  int constant(const Value& value);
  // A register that holds the constant from the function's entry on.
  Register constant_register(const Value& value);
  int name(const std::string& text);

  // Lays the registers out, loads the constants at the entry and makes heap constants immortal.
  void finish();

private:
  static constexpr int first_temporary = 32768;

  Code& code_;
  Location location_;
  std::map<std::string, Register> local_registers_;
  std::map<std::string, int> names_;
  std::map<int, Register> constant_registers_;
  int temporaries_ = 0;
  int most_temporaries_ = 0;
};

} // namespace pyvm
