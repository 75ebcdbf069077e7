// Names of opcodes and the listing of a code object.
#include "vm/bytecode/code.h"

#include <algorithm>

#include <fmt/format.h>

#include "vm/support/environment.h"

namespace pyvm {

const OpcodeInfo& info(Opcode op) {
  static const OpcodeInfo rows[] = {
#define OPCODE(name, a, b, c, meaning) {#name, Role::a, Role::b, Role::c, meaning},
#include "vm/bytecode/opcodes.def"
#undef OPCODE
  };
  return rows[static_cast<int>(op)];
}

namespace {

std::string register_text(const Code& code, int r) {
  if (r < static_cast<int>(code.register_names.size())) return fmt::format("r{}:{}", r, code.register_names[r]);
  return fmt::format("r{}", r);
}

std::string constant_text(const Value& value) {
  switch (value.tag()) {
  case Tag::None:
    return "None";
  case Tag::Bool:
    return value.as_bool() ? "True" : "False";
  case Tag::Int:
    return fmt::format("{}", value.as_int());
  case Tag::Float:
    return fmt::format("{}", value.as_float());
  case Tag::Str:
    return fmt::format("'{}'", value.as<Str>().text);
  case Tag::Builtin:
  case Tag::Type:
    return fmt::format("<{}>", value.as<Builtin>().name);
  case Tag::Kernel:
    return fmt::format("<njit {}>", value.as<Kernel>().name);
  default:
    return fmt::format("<{}>", type_name(value.tag()));
  }
}

std::string field_text(const Code& code, const Instruction& i, Role role, int value) {
  auto several = [&](int count) {
    std::string text;
    for (int k = 0; k < count; ++k) text += (k ? "," : "") + register_text(code, value + k);
    return "[" + text + "]";
  };
  switch (role) {
  case Role::Read:
  case Role::Write:
  case Role::Both:
    return register_text(code, value);
  case Role::Constant:
    return constant_text(code.constants[value]);
  case Role::Name:
    return code.names[value];
  case Role::Loop:
    return fmt::format("loop{}", value);
  case Role::Number:
    return fmt::format("#{}", static_cast<std::int16_t>(value));
  case Role::ReadN:
    return several(i.n);
  case Role::ReadC:
  case Role::WriteC:
    return several(i.c);
  case Role::Read3:
  case Role::Write3:
  case Role::State:
    return several(3);
  case Role::Target:
  case Role::Unused:
    return "";
  }
  return "";
}

const char* class_text(const LoopVariable& v) {
  switch (v.variable_class) {
  case VariableClass::Invariant:
    return "invariant";
  case VariableClass::Private:
    return v.live_after ? "last value" : "private";
  case VariableClass::Reduction:
    return "reduction";
  case VariableClass::Carried:
    return "carried";
  }
  return "";
}

} // namespace

std::vector<std::uint16_t> members_of(const LoopSelection& selection) {
  std::vector<std::uint16_t> members{selection.key, selection.place};
  members.insert(members.end(), selection.companions.begin(), selection.companions.end());
  return members;
}

std::int32_t back_edges_until_hot() {
  constexpr std::int32_t usual = 200;
  const StressSetting& hot = environment().stress[StressSwitch::Hot];
  return hot.on ? static_cast<std::int32_t>(std::clamp<std::int64_t>(hot.number, 1, 1 << 30)) : usual;
}

void Code::make_counters(std::int32_t hot) {
  traced = std::make_unique<std::atomic<void*>[]>(loops.size());
  draws = std::make_unique<std::atomic<std::uint8_t>[]>(loops.size());
  heat = std::make_unique<RelaxedCounter[]>(loops.size());
  for (std::size_t k = 0; k < loops.size(); ++k) heat[k] = hot;
}

std::string disassemble(const Code& code) {
  std::string out = fmt::format("{} ({}), {} registers\n", code.qualified_name,
                                code.dialect == Dialect::Njit ? "njit" : "python", code.registers);
  int line = -1;
  for (std::size_t pc = 0; pc < code.instructions.size(); ++pc) {
    const Instruction& i = code.instructions[pc];
    if (code.locations[pc].line != line) {
      line = code.locations[pc].line;
      out += fmt::format("  ; {}: {}\n", line, code.source->line_text(line));
    }
    const OpcodeInfo& row = info(i.op);
    out += fmt::format("  {:4}  {:<14}", pc, row.name);
    for (auto [role, value] : {std::pair{row.a, i.a}, {row.b, i.b}, {row.c, i.c}}) {
      const std::string text = field_text(code, i, role, value);
      if (!text.empty()) out += " " + text;
    }
    if (row.b == Role::Target) out += fmt::format(" -> {}", static_cast<int>(pc) + 1 + i.distance());
    out += "\n";
  }
  for (std::size_t k = 0; k < code.loops.size(); ++k) {
    const LoopInfo& loop = code.loops[k];
    const char* kind = loop.kind == LoopKind::Prange ? "prange" : loop.kind == LoopKind::For ? "for" : "while";
    out += fmt::format("  loop{} {} line {} body {} next {} else {} end {} parent {}\n", k, kind, loop.location.line,
                       loop.body, loop.next, loop.otherwise, loop.end, loop.parent);
    for (const LoopVariable& v : loop.variables)
      out += fmt::format("    {}: {}{}\n", v.name, class_text(v),
                         v.variable_class == VariableClass::Reduction ? fmt::format(" {}", name_of(v.reduction)) : "");
    for (const LoopSelection& s : loop.selections)
      out += fmt::format("    selects x {} {}, place {}\n", symbol_of(s.rule), register_text(code, s.key),
                         register_text(code, s.place));
    if (!loop.in_order_reason.empty()) out += "    in order: " + loop.in_order_reason + "\n";
  }
  for (const Value& constant : code.constants)
    if (constant.is(Tag::Native))
      if (auto* child = dynamic_cast<const Code*>(constant.object())) out += "\n" + disassemble(*child);
  return out;
}

} // namespace pyvm
