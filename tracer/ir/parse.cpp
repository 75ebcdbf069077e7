#include "tracer/ir/parse.h"

#include <limits>
#include <string>
#include <unordered_map>

#include <fmt/format.h>

#include "tracer/ir/lex.h"
#include "tracer/ir/type_rules.h"

namespace pyvm::ir {

namespace {

constexpr std::int64_t most_int = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least_int = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most_register = 0xffff;
constexpr int deepest_nesting = 100;

std::optional<Op> op_named(std::string_view word) {
  static const auto table = [] {
    std::unordered_map<std::string_view, Op> ops;
#define OP(name, text, operands, result, effects, meaning) ops.emplace(text, Op::name);
#include "tracer/ir/ir_ops.def"
#undef OP
    return ops;
  }();
  const auto found = table.find(word);
  if (found == table.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

class Parser {
public:
  Parser(std::string_view text, int first_line) : lines_(lines_of(text)), first_line_(first_line) {}

  Region run() {
    LineReader head = next_line("the region's head");
    head.expect("region");
    region_.name = head.take_string();
    head.expect("file");
    region_.file = head.take_string();
    head.expect("line");
    region_.line = static_cast<int>(head.take_int(0, 1'000'000'000, "a line"));
    head.expect_end();
    header();
    body(region_.body, false);
    if (position_ < lines_.size()) exits();
    return std::move(region_);
  }

private:
  // ---- lines -----------------------------------------------------------------------------------------------------
  // Moves to the next line that says something; false at the text's end.
  bool skip_empty_lines() {
    while (position_ < lines_.size() && LineReader(lines_[position_], number()).at_end()) ++position_;
    return position_ < lines_.size();
  }
  int number() const { return first_line_ + static_cast<int>(position_); }
  LineReader next_line(const char* what) {
    if (!skip_empty_lines()) throw TextError(number(), 1, fmt::format("the text ends where {} was expected", what));
    LineReader line(lines_[position_], number());
    ++position_;
    return line;
  }
  bool next_begins_with(std::string_view word) {
    return skip_empty_lines() && LineReader(lines_[position_], number()).peek() == word;
  }

  // ---- header ----------------------------------------------------------------------------------------------------
  void header() {
    while (true) {
      LineReader line = next_line("'body'");
      if (line.accept("body")) return line.expect_end();
      header_line(line);
      line.expect_end();
    }
  }

  // `scalar 0 times 2 plus array 1 0 plus 1`
  static ScratchLength take_length(LineReader& line) {
    using From = ScratchLength::Term::From;
    ScratchLength length;
    do {
      ScratchLength::Term term;
      if (line.accept("scalar")) {
        term.slot = line.take_int(0, most_register, "a scalar slot");
      } else if (line.accept("array")) {
        term.from = From::Array;
        term.slot = line.take_int(0, most_register, "an array slot");
        term.dimension = static_cast<std::uint8_t>(line.take_int(0, 7, "a dimension"));
      } else {
        length.constant = line.take_int(least_int, most_int, "a length");
        return length;
      }
      if (line.accept("times")) term.factor = line.take_int(least_int, most_int, "a factor");
      length.terms.push_back(term);
    } while (line.accept("plus"));
    return length;
  }

  void header_line(LineReader& line) {
    if (line.accept("scalar")) {
      expect_slot(line, region_.scalars.size());
      const ScalarKind kind = line.take_kind();
      region_.scalars.push_back({kind, take_register(line)});
    } else if (line.accept("array")) {
      expect_slot(line, region_.arrays.size());
      ArraySlot slot{.dtype = line.take_kind()};
      line.expect("ndim");
      slot.ndim = static_cast<std::uint8_t>(line.take_int(0, 8, "a number of dimensions"));
      slot.contiguous = line.accept("contiguous");
      slot.writable = !line.accept("readonly");
      slot.guest_register = take_register(line);
      slot.accumulates = line.accept("accumulates");
      if (line.accept("scratch"))
        for (int k = 0; k < slot.ndim; ++k) slot.scratch.push_back(take_length(line));
      region_.arrays.push_back(slot);
    } else if (line.accept("accumulator")) {
      expect_slot(line, region_.accumulators.size());
      const ReductionOp op = take_reduction(line);
      const ScalarKind kind = line.take_kind();
      region_.accumulators.push_back({op, kind, take_register(line)});
    } else if (line.accept("reduction_lanes")) {
      region_.reduction_lanes = static_cast<int>(line.take_int(1, most_lanes, "a number of lanes"));
    } else if (line.accept("lanes")) {
      region_.lanes = static_cast<int>(line.take_int(1, 16, "a number of lanes"));
      line.expect("gangs");
      region_.gangs = static_cast<int>(line.take_int(1, 16, "a number of gangs"));
    } else {
      line.fail("expected scalar, array, accumulator, reduction_lanes, lanes or body");
    }
  }

  static void expect_slot(LineReader& line, std::size_t size) {
    const auto slot = static_cast<std::int64_t>(size);
    line.take_int(slot, slot, "the next slot's number");
  }
  static std::uint16_t take_register(LineReader& line) {
    const std::string_view word = line.peek();
    std::int64_t value = 0;
    for (const char c : word.substr(std::min<std::size_t>(1, word.size())))
      value = c >= '0' && c <= '9' && value <= most_register ? value * 10 + (c - '0') : most_register + 1;
    if (word.size() < 2 || word[0] != 'r' || value > most_register) line.fail("expected a guest register (r0)");
    line.take();
    return static_cast<std::uint16_t>(value);
  }
  static ReductionOp take_reduction(LineReader& line) {
    for (int op = 0; op <= static_cast<int>(ReductionOp::Selected); ++op)
      if (line.accept(pyvm::name_of(static_cast<ReductionOp>(op)))) return static_cast<ReductionOp>(op);
    line.fail("expected a reduction (add, mul, min, ...)");
  }

  // ---- values ----------------------------------------------------------------------------------------------------
  static Type take_type(LineReader& line) {
    const std::string_view word = line.peek();
    for (const Base base : {Base::Bool, Base::I64, Base::F32, Base::F64, Base::Array})
      for (int lanes = 1; lanes <= 16; lanes *= 2)
        if (const Type type{base, static_cast<std::uint8_t>(lanes)}; word == name_of(type)) {
          line.take();
          return type;
        }
    line.fail("expected a type (b, i64, f32, f64, f64x8, ...)");
  }

  // `%name: type` of a new value.
  ValueId take_definition(LineReader& line) {
    const LineReader before = line;
    const std::string name(line.take_marked('%', "a value"));
    line.expect(":");
    return define(before, name, take_type(line));
  }
  ValueId define(const LineReader& line, const std::string& name, Type type) {
    const ValueId value = region_.new_value(type);
    if (!values_.emplace(name, value).second) line.fail(fmt::format("%{} is defined twice", name));
    return value;
  }
  ValueId take_value(LineReader& line) {
    const LineReader before = line;
    const std::string name(line.take_marked('%', "a value"));
    const auto found = values_.find(name);
    if (found == values_.end()) before.fail(fmt::format("%{} is not defined", name));
    return found->second;
  }
  // Values with commas between them, to the line's end or to what is not a value.
  void take_values(LineReader& line, std::vector<ValueId>& into) {
    if (!line.peek().starts_with('%')) return;
    do into.push_back(take_value(line));
    while (line.accept(","));
  }

  // ---- bodies ----------------------------------------------------------------------------------------------------
  // Reads lines up to `}` - or to `exits` or the end, for the region's own body.
  void body(Body& into, bool nested) {
    if (++depth_ > deepest_nesting) throw TextError(number(), 1, "bodies are nested too deeply");
    while (nested ? !next_begins_with("}") : skip_empty_lines() && !next_begins_with("exits")) {
      LineReader line = next_line("an instruction or '}'");
      if (line.peek().starts_with('@')) {
        line_ = static_cast<int>(line.take_marked_int('@', 1'000'000'000, "a line"));
        line.expect_end();
        continue;
      }
      const Instruction it = instruction(line);
      into.instructions.push_back(static_cast<InstructionId>(region_.instructions.size()));
      region_.instructions.push_back(it);
    }
    --depth_;
  }

  Instruction instruction(LineReader& line) {
    Instruction it{};
    if (line.peek().starts_with('%')) {
      do it.results.push_back(take_definition(line));
      while (line.accept(","));
      line.expect("=");
    }
    const auto op = op_named(line.peek());
    if (!op) line.fail(line.at_end() ? "expected an op" : fmt::format("there is no op '{}'", line.peek()));
    line.take();
    it.op = *op;
    it.line = line_;
    operands(line, it);
    if (line.peek().starts_with('!')) it.exit = static_cast<ExitId>(line.take_marked_int('!', 0xfffffffe, "an exit"));
    if (is_owner(it.op)) return owner(line, std::move(it));
    line.expect_end();
    return it;
  }

  static bool is_owner(Op op) { return op == Op::If || op == Op::For || op == Op::Loop || op == Op::Block; }

  Instruction owner(LineReader& line, Instruction it) {
    if (it.bodies.empty()) it.bodies.emplace_back();
    line.expect("{");
    line.expect_end();
    body(it.bodies[0], true);
    LineReader end = next_line("'}'");
    end.expect("}");
    if (it.op == Op::If) {
      end.expect("else");
      end.expect("{");
      end.expect_end();
      it.bodies.emplace_back();
      body(it.bodies[1], true);
      end = next_line("'}'");
      end.expect("}");
    }
    end.expect_end();
    return it;
  }

  // What follows the op's name, up to the exit.
  void operands(LineReader& line, Instruction& it) {
    switch (it.op) {
    case Op::Const: {
      const bool typed = it.results.size() == 1 && region_.type(it.results[0]).base != Base::Array;
      if (!typed) line.fail("a constant has one result, a scalar or vector");
      it.immediate = static_cast<std::int64_t>(line.take_constant(region_.type(it.results[0]).base));
      return;
    }
    case Op::Param:
    case Op::ArrayRef:
    case Op::Iota:
    case Op::LaneGet:
    case Op::LaneSet:
    case Op::Touch:
    case Op::Draw:
    case Op::Extract:
    case Op::Br:
      it.immediate = line.take_int(least_int, most_int, "a number");
      take_values(line, it.operands);
      if (line.accept("gang")) it.gang = static_cast<std::uint8_t>(line.take_int(0, 255, "a gang"));
      return;
    case Op::Dim:
      it.operands.push_back(take_value(line));
      it.immediate = line.take_int(0, 7, "a dimension");
      return;
    case Op::Wrap:
      it.element = line.take_kind();
      break;
    case Op::Math: {
      const auto function = math_function_from_name(line.peek());
      if (!function) line.fail("expected a math function");
      line.take();
      it.immediate = static_cast<std::int64_t>(*function);
      break;
    }
    case Op::Load:
    case Op::Store:
      return access(line, it);
    case Op::For:
      return for_head(line, it);
    case Op::Loop:
      it.bodies.emplace_back();
      return carried(line, it);
    default:
      break;
    }
    take_values(line, it.operands);
    if (it.op == Op::Leave && line.accept("gang")) it.gang = static_cast<std::uint8_t>(line.take_int(0, 255, "a gang"));
  }

  void access(LineReader& line, Instruction& it) {
    it.element = line.take_kind();
    it.operands.push_back(take_value(line));
    line.expect("[");
    take_values(line, it.operands);
    line.expect("]");
    if (line.accept("contiguous")) {
      it.lane_stride = LaneStride::Contiguous;
    } else if (line.accept("strided")) {
      it.lane_stride = LaneStride::Strided;
      it.lane_dimension = static_cast<std::uint8_t>(line.take_int(0, 7, "a dimension"));
      it.lane_step = line.take_int(least_int, most_int, "a step");
    }
    it.masked = line.accept("mask");
    if (it.masked) it.operands.push_back(take_value(line));
    if (it.op == Op::Load) return;
    line.expect(",");
    it.operands.push_back(take_value(line));
  }

  // for %i = %lo to %hi step 1 (%p: f64 = %init)
  void for_head(LineReader& line, Instruction& it) {
    const std::string index(line.take_marked('%', "the index"));
    line.expect("=");
    it.operands.push_back(take_value(line));
    line.expect("to");
    it.operands.push_back(take_value(line));
    line.expect("step");
    it.immediate = line.take_int(1, most_int, "a step");
    it.independent = line.accept("independent");
    it.bodies.emplace_back().parameters.push_back(define(line, index, i64));
    carried(line, it);
  }

  void carried(LineReader& line, Instruction& it) {
    if (!line.accept("(")) return;
    std::vector<std::pair<std::string, Type>> parameters;
    do {
      const std::string name(line.take_marked('%', "a parameter"));
      line.expect(":");
      parameters.emplace_back(name, take_type(line));
      line.expect("=");
      it.operands.push_back(take_value(line));
    } while (line.accept(","));
    line.expect(")");
    for (const auto& [name, type] : parameters) it.bodies[0].parameters.push_back(define(line, name, type));
  }

  // ---- exits -----------------------------------------------------------------------------------------------------
  void exits() {
    LineReader head = next_line("'exits'");
    head.expect("exits");
    head.expect_end();
    while (skip_empty_lines()) {
      LineReader line = next_line("an exit");
      if (line.peek().starts_with('!')) {
        const auto next = static_cast<std::int64_t>(region_.exits.size());
        if (line.take_marked_int('!', most_int, "an exit") != next) line.fail(fmt::format("expected exit !{}", next));
        Exit& exit = region_.exits.emplace_back();
        exit.reason = line.take_string();
        line.expect("line");
        exit.line = static_cast<int>(line.take_int(0, 1'000'000'000, "a line"));
        exit.lanes_left = line.accept("lanes_left");
      } else if (region_.exits.empty()) {
        line.fail("expected exit !0");
      } else {
        exit_line(line, region_.exits.back());
      }
      line.expect_end();
    }
  }

  void exit_line(LineReader& line, Exit& exit) {
    if (line.accept("values")) {
      take_values(line, exit.operands);
      return;
    }
    std::uint16_t frame = 0;
    if (line.accept("frame")) {
      if (line.accept("pc")) return exit_frame(line, exit);
      frame = static_cast<std::uint16_t>(line.take_int(1, most_register, "a frame"));
    }
    if (line.accept("loop")) return exit_loop(line, exit, frame);
    SnapshotEntry entry{.frame = frame, .guest_register = take_register(line)};
    line.expect("=");
    exit_source(line, entry);
    exit.entries.push_back(entry);
  }

  static std::uint16_t take_number(LineReader& line, const char* what) {
    return static_cast<std::uint16_t>(line.take_int(0, most_register, what));
  }
  static std::uint16_t take_operand(LineReader& line) {
    return static_cast<std::uint16_t>(line.take_marked_int('#', most_register, "a value's number"));
  }

  static void exit_source(LineReader& line, SnapshotEntry& entry) {
    using Source = SnapshotEntry::Source;
    if (line.accept("number")) {
      entry.source = Source::Number;
      entry.operand = take_operand(line);
    } else if (line.accept("constant")) {
      entry.source = Source::Constant;
      entry.operand = take_number(line, "a constant's number");
    } else if (line.accept("array")) {
      entry.source = Source::Array;
      entry.operand = take_number(line, "an array slot");
    } else if (line.accept("lane")) {
      entry.source = Source::Lane;
      entry.slot = take_number(line, "an accumulator");
      entry.operand = take_operand(line);
      entry.kind = line.take_kind();
    } else if (line.accept("view")) {
      entry.source = Source::View;
      entry.slot = take_number(line, "an array slot");
      entry.operand = take_operand(line);
      line.expect("count");
      entry.count = take_number(line, "a count");
      if (line.accept("sliced")) entry.sliced = take_number(line, "a set of dimensions");
    } else if (line.accept("tuple")) {
      entry.source = Source::Tuple;
      line.expect("count");
      entry.count = take_number(line, "a count");
    } else if (line.accept("slice")) {
      entry.source = Source::Slice;
      entry.count = 3;
    } else if (line.accept("range")) {
      entry.source = Source::Range;
      entry.count = 3;
    } else {
      entry.operand = take_operand(line);
      entry.kind = line.take_kind();
    }
  }

  static void exit_loop(LineReader& line, Exit& exit, std::uint16_t frame) {
    SnapshotLoop loop{.frame = frame, .state_register = take_register(line)};
    line.expect("value");
    loop.value_operand = take_operand(line);
    line.expect("stop");
    loop.stop_operand = take_operand(line);
    line.expect("step");
    if (line.peek().starts_with('#')) {
      loop.step = 0;
      loop.step_operand = take_operand(line);
    } else {
      loop.step = line.take_int(least_int, most_int, "a step");
    }
    exit.loops.push_back(loop);
  }

  void exit_frame(LineReader& line, Exit& exit) {
    SnapshotFrame frame{.pc = static_cast<std::uint32_t>(line.take_int(0, 0xffffffff, "a pc"))};
    if (!exit.frames.empty()) {
      line.expect("result");
      frame.result_register = take_register(line);
      line.expect("function");
      frame.function = reinterpret_cast<const void*>(static_cast<std::uintptr_t>(line.take_constant(Base::I64)));
    }
    exit.frames.push_back(frame);
  }

  std::vector<std::string_view> lines_;
  int first_line_;
  std::size_t position_ = 0;
  int depth_ = 0;
  int line_ = 0; // of the guest
  Region region_;
  std::unordered_map<std::string, ValueId> values_;
};

} // namespace

ParsedRegion parse(std::string_view text, int first_line) {
  ParsedRegion result;
  try {
    result.region = Parser(text, first_line).run();
  } catch (const TextError& error) {
    result.error = fmt::format("line {}, column {}: {}", error.line, error.column, error.what());
  }
  return result;
}

} // namespace pyvm::ir
