#include "vm/compile/emitter.h"

#include "vm/support/syntax_error.h"

namespace pyvm {

namespace {

constexpr int first_constant_register = 16384;

bool same_constant(const Value& a, const Value& b) {
  if (a.tag() != b.tag()) return false;
  if (a.is(Tag::Str)) return a.as<Str>().text == b.as<Str>().text;
  return a.bits() == b.bits();
}

void make_immortal(const Value& value) {
  if (!value.is_heap()) return;
  if (value.is(Tag::Tuple))
    for (const Value& item : value.as<Tuple>().items) make_immortal(item);
  value.object()->make_immortal();
}

} // namespace

std::uint32_t Emitter::emit(Opcode op, int a, int b, int c, int n) {
  if (pc() >= 1u << 30 || n > 255)
    throw SyntaxError(SyntaxErrorKind::Unsupported, "more than 255 arguments, subscripts or defaults in one place",
                      code_.source, location_);
  Instruction i{op};
  i.n = static_cast<std::uint8_t>(n);
  i.a = static_cast<std::uint16_t>(a);
  i.b = static_cast<std::uint16_t>(b);
  i.c = static_cast<std::uint16_t>(c);
  code_.instructions.push_back(i);
  code_.locations.push_back(location_);
  code_.joins.push_back(no_join);
  return pc() - 1;
}

void Emitter::jump(Label& label) {
  const std::uint32_t at = emit(Opcode::Jump);
  if (label.pc != no_join)
    code_.instructions[at].set_distance(static_cast<int>(label.pc) - static_cast<int>(at) - 1);
  else
    label.jumps.push_back(at);
}

std::uint32_t Emitter::jump_if(bool condition, Register r, Label& label) {
  const std::uint32_t at = emit(condition ? Opcode::JumpIf : Opcode::JumpIfNot, r);
  label.jumps.push_back(at);
  return at;
}

void Emitter::bind(Label& label) {
  label.pc = pc();
  for (std::uint32_t at : label.jumps)
    code_.instructions[at].set_distance(static_cast<int>(label.pc) - static_cast<int>(at) - 1);
  label.jumps.clear();
}

Register Emitter::local(const std::string& text) {
  auto [it, added] = local_registers_.try_emplace(text, static_cast<Register>(code_.register_names.size()));
  if (added) code_.register_names.push_back(text);
  return it->second;
}

Register Emitter::temporary(int count) {
  const int first = temporaries_;
  temporaries_ += count;
  most_temporaries_ = std::max(most_temporaries_, temporaries_);
  if (most_temporaries_ > 30000)
    throw SyntaxError(SyntaxErrorKind::Unsupported, "expression too large: split it into several statements",
                      code_.source, location_);
  return static_cast<Register>(first_temporary + first);
}

int Emitter::constant(const Value& value) {
  for (std::size_t k = 0; k < code_.constants.size(); ++k)
    if (same_constant(code_.constants[k], value)) return static_cast<int>(k);
  if (code_.constants.size() >= 65535)
    throw SyntaxError(SyntaxErrorKind::Unsupported, "too many constants in one function: split it", code_.source,
                      location_);
  code_.constants.push_back(value);
  return static_cast<int>(code_.constants.size()) - 1;
}

Register Emitter::constant_register(const Value& value) {
  const int index = constant(value);
  auto [it, added] = constant_registers_.try_emplace(
      index, static_cast<Register>(first_constant_register + constant_registers_.size()));
  return it->second;
}

int Emitter::name(const std::string& text) {
  auto [it, added] = names_.try_emplace(text, static_cast<int>(code_.names.size()));
  if (added) code_.names.push_back(text);
  return it->second;
}

void Emitter::finish() {
  const int locals = static_cast<int>(code_.register_names.size());
  const int constants = static_cast<int>(constant_registers_.size());
  if (locals >= first_constant_register || constants >= first_temporary - first_constant_register)
    throw SyntaxError(SyntaxErrorKind::Unsupported, "too many variables in one function: split it", code_.source,
                      location_);
  auto moved = [&](int r) {
    if (r >= first_temporary) return r - first_temporary + locals + constants;
    if (r >= first_constant_register) return r - first_constant_register + locals;
    return r;
  };
  auto is_register = [](Role role) {
    return role == Role::Read || role == Role::Write || role == Role::Both || role == Role::ReadN ||
           role == Role::ReadC || role == Role::WriteC || role == Role::Read3 || role == Role::Write3 ||
           role == Role::State;
  };
  for (Instruction& i : code_.instructions) {
    const OpcodeInfo& row = info(i.op);
    if (is_register(row.a)) i.a = static_cast<std::uint16_t>(moved(i.a));
    if (is_register(row.b)) i.b = static_cast<std::uint16_t>(moved(i.b));
    if (is_register(row.c)) i.c = static_cast<std::uint16_t>(moved(i.c));
  }
  for (LoopInfo& loop : code_.loops) {
    loop.state = static_cast<std::uint16_t>(moved(loop.state));
    loop.target = static_cast<std::uint16_t>(moved(loop.target));
  }
  for (auto [index, r] : constant_registers_)
    code_.register_constants.emplace_back(static_cast<std::uint16_t>(moved(r)), static_cast<std::uint16_t>(index));
  code_.registers = locals + constants + most_temporaries_;
  code_.make_counters(back_edges_until_hot());
  for (const Value& value : code_.constants) make_immortal(value);
}

} // namespace pyvm
