// The opcode table, instructions, liveness and listings, on code written by hand.
#include <catch2/catch.hpp>

#include <set>

#include "vm/bytecode/code.h"
#include "vm/bytecode/liveness.h"

using namespace pyvm;

namespace {

Instruction instruction(Opcode op, int a = 0, int b = 0, int c = 0, int n = 0) {
  Instruction i{op};
  i.n = static_cast<std::uint8_t>(n);
  i.a = static_cast<std::uint16_t>(a);
  i.b = static_cast<std::uint16_t>(b);
  i.c = static_cast<std::uint16_t>(c);
  return i;
}

Instruction jump(Opcode op, int r, int distance) {
  Instruction i = instruction(op, r);
  i.set_distance(distance);
  return i;
}

Code& code_of(Ref<Code>& owner, int registers, std::vector<Instruction> instructions) {
  owner = make<Code>();
  owner->name = owner->qualified_name = "f";
  owner->source = std::make_shared<SourceText>("f.py", "first line\nsecond line\n");
  owner->registers = registers;
  owner->instructions = std::move(instructions);
  owner->locations.assign(owner->instructions.size(), Location{1, 0, 1, 5});
  owner->joins.assign(owner->instructions.size(), no_join);
  return *owner;
}

// for r0 in r1: r2 = r0 (state in r3 r4 r5); return r2
Code& loop_code(Ref<Code>& owner) {
  Code& code = code_of(owner, 6,
                       {instruction(Opcode::EnterFor, 3, 1, 0), instruction(Opcode::Move, 2, 0),
                        instruction(Opcode::NextFor, 3, 0, 0), instruction(Opcode::Return, 2)});
  LoopInfo loop;
  loop.kind = LoopKind::For;
  loop.enter = 0;
  loop.body = 1;
  loop.next = 2;
  loop.otherwise = loop.end = 3;
  loop.state = 3;
  loop.target = 0;
  code.loops.push_back(loop);
  return code;
}

std::set<int> live_at(const Code& code, std::uint32_t pc) {
  const Liveness liveness(code);
  std::set<int> registers;
  for (int r = 0; r < code.registers; ++r)
    if (liveness.live(pc, static_cast<std::uint16_t>(r))) registers.insert(r);
  return registers;
}

} // namespace

TEST_CASE("operators and opcodes are found from each other") {
  for (int k = 0; k <= static_cast<int>(BinaryOp::MatMul); ++k) {
    const auto op = static_cast<BinaryOp>(k);
    REQUIRE(is_binary(opcode_of(op)));
    REQUIRE(binary_of(opcode_of(op)) == op);
  }
  for (int k = 0; k <= static_cast<int>(CompareOp::NotIn); ++k)
    REQUIRE(comparison_of(opcode_of(static_cast<CompareOp>(k))) == static_cast<CompareOp>(k));
  for (int k = 0; k <= static_cast<int>(UnaryOp::Not); ++k)
    REQUIRE(unary_of(opcode_of(static_cast<UnaryOp>(k))) == static_cast<UnaryOp>(k));
  REQUIRE_FALSE(is_binary(Opcode::PowLiteral));
  REQUIRE_FALSE(is_comparison(Opcode::Neg));
}

TEST_CASE("every opcode has a name, a meaning and roles") {
  std::set<std::string> names;
  auto check = [&](Opcode op, const std::string& text) {
    REQUIRE(info(op).name == text);
    REQUIRE_FALSE(std::string(info(op).meaning).empty());
    REQUIRE(names.insert(text).second);
  };
#define OPCODE(name, a, b, c, meaning) check(Opcode::name, #name);
#include "vm/bytecode/opcodes.def"
#undef OPCODE
}

TEST_CASE("jump distances keep their sign and all 32 bits") {
  for (std::int32_t d : {0, 1, -1, 70000, -70000, 0x7fffffff, -0x7fffffff})
    REQUIRE(jump(Opcode::Jump, 0, d).distance() == d);
}

TEST_CASE("for_each_register reports what an instruction reads and writes") {
  std::set<int> reads, writes;
  auto look = [&](const Instruction& i) {
    reads.clear();
    writes.clear();
    for_each_register(
        i, [&](std::uint16_t r) { reads.insert(r); }, [&](std::uint16_t r) { writes.insert(r); });
  };
  look(instruction(Opcode::Add, 7, 1, 2));
  REQUIRE((reads == std::set<int>{1, 2} && writes == std::set<int>{7}));
  look(instruction(Opcode::SetItem, 5, 6, 10, 3));
  REQUIRE((reads == std::set<int>{5, 6, 10, 11, 12} && writes.empty()));
  look(instruction(Opcode::Unpack, 4, 1, 3));
  REQUIRE((reads == std::set<int>{1} && writes == std::set<int>{4, 5, 6}));
  look(instruction(Opcode::MakeTuple, 4, 1, 2));
  REQUIRE((reads == std::set<int>{1, 2} && writes == std::set<int>{4}));
  look(instruction(Opcode::NextFor, 3, 0, 0));
  REQUIRE((reads == std::set<int>{3, 4, 5} && writes == std::set<int>{0, 3, 4, 5}));
  look(instruction(Opcode::MakeCell, 2));
  REQUIRE((reads == std::set<int>{2} && writes == std::set<int>{2}));
}

TEST_CASE("liveness follows branches and ends at returns") {
  // if r0: r1 = r2 else: r1 = r3; return r1
  Ref<Code> owner;
  const Code& code = code_of(owner, 4,
                             {jump(Opcode::JumpIfNot, 0, 2), instruction(Opcode::Move, 1, 2), jump(Opcode::Jump, 0, 1),
                              instruction(Opcode::Move, 1, 3), instruction(Opcode::Return, 1)});
  REQUIRE(live_at(code, 0) == std::set<int>{0, 2, 3});
  REQUIRE(live_at(code, 1) == std::set<int>{2});
  REQUIRE(live_at(code, 3) == std::set<int>{3});
  REQUIRE(live_at(code, 4) == std::set<int>{1});
}

TEST_CASE("a for loop writes its target on the way into the body only") {
  Ref<Code> owner;
  const Code& code = loop_code(owner);
  // r2 is live before the loop: with no iteration it is what comes back. The target r0 is not read before it is
  // written.
  REQUIRE(live_at(code, 0) == std::set<int>{1, 2});
  REQUIRE(live_at(code, 1) == std::set<int>{0, 3, 4, 5});
  REQUIRE(live_at(code, 2) == std::set<int>{2, 3, 4, 5});
}

TEST_CASE("a target that is read behind its loop keeps its old value when there is no iteration") {
  Ref<Code> owner;
  Code& code = loop_code(owner);
  code.instructions[3] = instruction(Opcode::Return, 0);
  REQUIRE(live_at(code, 0).count(0) == 1);
  REQUIRE(live_at(code, 1).count(0) == 1);
}

TEST_CASE("the iterable of a loop is read even when it is the target") {
  Ref<Code> owner;
  Code& code = loop_code(owner);
  code.instructions[0] = instruction(Opcode::EnterFor, 3, 0, 0);
  REQUIRE(live_at(code, 0).count(0) == 1);
}

TEST_CASE("a listing shows source lines, names, constants, jump targets and the loop table") {
  Ref<Code> owner;
  Code& code = loop_code(owner);
  code.register_names = {"i", "xs"};
  const std::string text = disassemble(code);
  REQUIRE(text.find("f (python), 6 registers") != text.npos);
  REQUIRE(text.find("; 1: first line") != text.npos);
  REQUIRE(text.find("EnterFor") != text.npos);
  REQUIRE(text.find("r1:xs") != text.npos);
  REQUIRE(text.find("loop0 for line") != text.npos);
}

TEST_CASE("a relaxed counter counts down and starts again") {
  RelaxedCounter counter;
  counter = 3;
  REQUIRE(--counter == 2);
  REQUIRE(--counter == 1);
  REQUIRE(--counter == 0);
}
