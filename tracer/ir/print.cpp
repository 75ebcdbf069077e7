#include "tracer/ir/print.h"

#include <iterator>

#include <fmt/format.h>

#include "vm/semantics/scalar_kind.h"

namespace pyvm::ir {

namespace {

void name_body(const Region& region, const Body& body, std::vector<std::string>& names, int& next) {
  const auto name = [&](ValueId value) {
    if (value < names.size()) names[value] = fmt::format("%{}", next++);
  };
  for (const InstructionId id : body.instructions) {
    if (id >= region.instructions.size()) continue;
    const Instruction& it = region.at(id);
    for (const ValueId value : it.results) name(value);
    for (const Body& nested : it.bodies) {
      for (const ValueId value : nested.parameters) name(value);
      name_body(region, nested, names, next);
    }
  }
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n')
      result += "\\n";
    else
      result += c;
  }
  return result + '"';
}

std::string of_frame(std::uint16_t frame) { return frame == 0 ? "" : fmt::format("frame {} ", frame); }

std::string source_text(const SnapshotEntry& entry) {
  using Source = SnapshotEntry::Source;
  switch (entry.source) {
  case Source::Scalar:
    return fmt::format("#{} {}", entry.operand, pyvm::name_of(entry.kind));
  case Source::Number:
    return fmt::format("number #{}", entry.operand);
  case Source::Constant:
    return fmt::format("constant {}", entry.operand);
  case Source::Array:
    return fmt::format("array {}", entry.operand);
  case Source::Lane:
    return fmt::format("lane {} #{} {}", entry.slot, entry.operand, pyvm::name_of(entry.kind));
  case Source::View:
    return fmt::format("view {} #{} count {}{}", entry.slot, entry.operand, entry.count,
                       entry.sliced != 0 ? fmt::format(" sliced {}", entry.sliced) : "");
  case Source::Tuple:
    return fmt::format("tuple count {}", entry.count);
  case Source::Slice:
    return "slice";
  case Source::Range:
    return "range";
  }
  return "?";
}

std::string scratch_text(const ArraySlot& slot) {
  std::string text = slot.is_scratch() ? " scratch" : "";
  for (const ScratchLength& length : slot.scratch) {
    const char* before = " ";
    for (const ScratchLength::Term& term : length.terms) {
      text += before;
      text += term.from == ScratchLength::Term::From::Scalar ? fmt::format("scalar {}", term.slot)
                                                             : fmt::format("array {} {}", term.slot, term.dimension);
      if (term.factor != 1) text += fmt::format(" times {}", term.factor);
      before = " plus ";
    }
    if (length.is_constant() || length.constant != 0) text += fmt::format("{}{}", before, length.constant);
  }
  return text;
}

class Printer {
public:
  explicit Printer(const Region& region) : region_(region), names_(value_names(region)) {}

  std::string run() {
    header();
    out_ += "body\n";
    body(region_.body, 1);
    exits();
    return std::move(out_);
  }

private:
  template <typename... Args> void write(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }
  std::string name(ValueId value) const { return value < names_.size() ? names_[value] : fmt::format("%?{}", value); }

  void header() {
    write("region {} file {} line {}\n", quoted(region_.name), quoted(region_.file), region_.line);
    for (std::size_t i = 0; i < region_.scalars.size(); ++i)
      write("scalar {} {} r{}\n", i, pyvm::name_of(region_.scalars[i].kind), region_.scalars[i].guest_register);
    for (std::size_t i = 0; i < region_.arrays.size(); ++i) {
      const ArraySlot& slot = region_.arrays[i];
      write("array {} {} ndim {}{}{} r{}{}{}\n", i, pyvm::name_of(slot.dtype), slot.ndim,
            slot.contiguous ? " contiguous" : "", slot.writable ? "" : " readonly", slot.guest_register,
            slot.accumulates ? " accumulates" : "", scratch_text(slot));
    }
    for (std::size_t i = 0; i < region_.accumulators.size(); ++i) {
      const Accumulator& slot = region_.accumulators[i];
      write("accumulator {} {} {} r{}\n", i, pyvm::name_of(slot.op), pyvm::name_of(slot.kind), slot.guest_register);
    }
    if (region_.reduction_lanes != 32) write("reduction_lanes {}\n", region_.reduction_lanes);
    if (region_.lanes != 1 || region_.gangs != 1) write("lanes {} gangs {}\n", region_.lanes, region_.gangs);
  }

  void body(const Body& body, int depth) {
    const std::string indent(2 * depth, ' ');
    for (const InstructionId id : body.instructions) {
      const Instruction& it = region_.at(id);
      if (it.line != line_) write("{}@{}\n", indent, line_ = it.line);
      write("{}{}", indent, print_line(region_, it, names_));
      for (std::size_t i = 0; i < it.bodies.size(); ++i) {
        out_ += i == 0 ? " {\n" : "} else {\n";
        this->body(it.bodies[i], depth + 1);
        out_ += indent;
      }
      out_ += it.bodies.empty() ? "\n" : "}\n";
    }
  }

  void exits() {
    if (!region_.exits.empty()) out_ += "exits\n";
    for (std::size_t i = 0; i < region_.exits.size(); ++i) {
      const Exit& exit = region_.exits[i];
      write("  !{} {} line {}{}\n", i, quoted(exit.reason), exit.line, exit.lanes_left ? " lanes_left" : "");
      for (std::size_t k = 0; k < exit.operands.size(); ++k)
        write("{}{}{}", k == 0 ? "    values " : ", ", name(exit.operands[k]),
              k + 1 == exit.operands.size() ? "\n" : "");
      for (std::size_t k = 0; k < exit.frames.size(); ++k) {
        const SnapshotFrame& frame = exit.frames[k];
        write("    frame pc {}", frame.pc);
        if (k > 0)
          write(" result r{} function {:#x}", frame.result_register, reinterpret_cast<std::uintptr_t>(frame.function));
        out_ += '\n';
      }
      for (const SnapshotEntry& entry : exit.entries)
        write("    {}r{} = {}\n", of_frame(entry.frame), entry.guest_register, source_text(entry));
      for (const SnapshotLoop& loop : exit.loops)
        write("    {}loop r{} value #{} stop #{} step {}\n", of_frame(loop.frame), loop.state_register,
              loop.value_operand, loop.stop_operand,
              loop.step == 0 ? fmt::format("#{}", loop.step_operand) : fmt::format("{}", loop.step));
    }
  }

  const Region& region_;
  std::vector<std::string> names_;
  std::string out_;
  int line_ = 0;
};

// The text of one instruction's first line.
class Line {
public:
  Line(const Region& region, const Instruction& it, const std::vector<std::string>& names)
      : region_(region), it_(it), names_(names) {}

  std::string run() {
    for (std::size_t i = 0; i < it_.results.size(); ++i)
      text_ += fmt::format("{}{}", i == 0 ? "" : ", ", typed(it_.results[i]));
    if (!it_.results.empty()) text_ += " = ";
    text_ += info(it_.op).text;
    operands();
    if (it_.exit != no_id) text_ += fmt::format(" !{}", it_.exit);
    return std::move(text_);
  }

private:
  std::string name(ValueId value) const { return value < names_.size() ? names_[value] : fmt::format("%?{}", value); }
  std::string typed(ValueId value) const {
    return fmt::format("{}: {}", name(value), value < region_.values.size() ? name_of(region_.type(value)) : "?");
  }
  std::string gang() const { return it_.gang != 0 ? fmt::format("gang {}", it_.gang) : ""; }
  std::string list(std::size_t from, std::size_t to) const {
    std::string text;
    for (std::size_t i = from; i < to; ++i) text += (i == from ? "" : ", ") + name(it_.operands[i]);
    return text;
  }
  void add(const std::string& text) {
    if (!text.empty()) text_ += " " + text;
  }

  void operands() {
    const std::size_t count = it_.operands.size();
    switch (it_.op) {
    case Op::Const:
      add(constant_text(it_.results.empty() ? Base::I64 : region_.type(it_.results[0]).base,
                        static_cast<ScalarBits>(it_.immediate)));
      break;
    case Op::Param:
    case Op::ArrayRef:
    case Op::Iota:
    case Op::LaneGet:
    case Op::LaneSet:
    case Op::Touch:
    case Op::Draw:
    case Op::Extract:
    case Op::Br:
      add(std::to_string(it_.immediate));
      add(list(0, count));
      add(gang());
      break;
    case Op::Leave:
      add(list(0, count));
      add(gang());
      break;
    case Op::Dim:
      add(list(0, count));
      add(std::to_string(it_.immediate));
      break;
    case Op::Wrap:
      add(std::string(pyvm::name_of(it_.element)));
      add(list(0, count));
      break;
    case Op::Math:
      add(std::string(pyvm::name_of(static_cast<MathFunction>(it_.immediate))));
      add(list(0, count));
      break;
    case Op::Load:
      access();
      break;
    case Op::Store:
      access();
      text_ += ", " + name(it_.operands.back());
      break;
    case Op::For:
      add(fmt::format("{} = {} to {} step {}", name(it_.bodies[0].parameters[0]), name(it_.operands[0]),
                      name(it_.operands[1]), it_.immediate));
      if (it_.independent) add("independent");
      carried(2, 1);
      break;
    case Op::Loop:
      carried(0, 0);
      break;
    default:
      add(list(0, count));
    }
  }

  void access() {
    const std::size_t end = 1 + subscript_count(it_);
    add(fmt::format("{} {}[{}]", pyvm::name_of(it_.element), name(it_.operands[0]), list(1, end)));
    if (it_.lane_stride == LaneStride::Contiguous) add("contiguous");
    if (it_.lane_stride == LaneStride::Strided) add(fmt::format("strided {} {}", it_.lane_dimension, it_.lane_step));
    if (it_.masked) add("mask " + name(mask_of(it_)));
  }

  void carried(std::size_t operand, std::size_t parameter) {
    const std::size_t first = operand;
    for (; operand < it_.operands.size(); ++operand, ++parameter)
      text_ += fmt::format("{}{} = {}", operand == first ? " (" : ", ", typed(it_.bodies[0].parameters[parameter]),
                           name(it_.operands[operand]));
    if (operand > first) text_ += ")";
  }

  const Region& region_;
  const Instruction& it_;
  const std::vector<std::string>& names_;
  std::string text_;
};

// A region that the verifier refuses may lack what its op should have; then the line shows what there is.
bool is_printable(const Instruction& it) {
  switch (it.op) {
  case Op::Load:
    return it.operands.size() >= (it.masked ? 2 : 1);
  case Op::Store:
    return it.operands.size() >= (it.masked ? 3 : 2);
  case Op::For:
    return it.operands.size() >= 2 && it.bodies.size() == 1 && it.bodies[0].parameters.size() == it.operands.size() - 1;
  case Op::Loop:
    return it.bodies.size() == 1 && it.bodies[0].parameters.size() == it.operands.size();
  case Op::Math:
    return it.immediate >= 0 && it.immediate < static_cast<std::int64_t>(math_function_count);
  default:
    return true;
  }
}

} // namespace

std::vector<std::string> value_names(const Region& region) {
  std::vector<std::string> names(region.values.size());
  int next = 0;
  name_body(region, region.body, names, next);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i].empty()) names[i] = fmt::format("%?{}", i);
  return names;
}

std::string print_line(const Region& region, const Instruction& instruction, const std::vector<std::string>& names) {
  if (!is_printable(instruction)) return fmt::format("{} (malformed)", info(instruction.op).text);
  return Line(region, instruction, names).run();
}

std::string constant_text(Base base, ScalarBits bits) {
  switch (base) {
  case Base::Bool:
    return bits == 0 ? "false" : bits == 1 ? "true" : fmt::format("{:#x}", bits);
  case Base::F32: {
    const float value = from_bits<float>(bits);
    const bool odd = value != value && bits != to_bits(__builtin_nanf(""));
    return odd || bits > 0xffffffff ? fmt::format("{:#x}", bits) : fmt::format("{}", value);
  }
  case Base::F64: {
    const double value = from_bits<double>(bits);
    const bool odd = value != value && bits != to_bits(__builtin_nan(""));
    return odd ? fmt::format("{:#x}", bits) : fmt::format("{}", value);
  }
  default:
    return fmt::format("{}", static_cast<std::int64_t>(bits));
  }
}

std::string print(const Region& region) { return Printer(region).run(); }

} // namespace pyvm::ir
