// Source to bytecode: scopes, the shape of loops, what each variable is to a prange, array accesses, refusals.
#include <catch2/catch.hpp>

#include <map>

#include "vm/compile/compiler.h"
#include "vm/support/syntax_error.h"
#include "vm/syntax/parser.h"

using namespace pyvm;

namespace {

// The globals of njit code in these tests: the functions by name.
struct TestNames final : NameResolver {
  std::optional<Value> resolve(const std::string& name) override {
    static const std::map<std::string, BuiltinId> known = {{"prange", BuiltinId::Prange},
                                                           {"range", BuiltinId::Range},
                                                           {"len", BuiltinId::Len},
                                                           {"max", BuiltinId::Max},
                                                           {"min", BuiltinId::Min}};
    if (name == "forbidden") raise(ExceptionKind::TypingError, "Untyped global name 'forbidden'");
    auto found = known.find(name);
    if (found == known.end()) return std::nullopt;
    return Value(make<Builtin>(name, nullptr, found->second));
  }
};

std::shared_ptr<const syntax::Module> parsed(const std::string& text) {
  return syntax::parse_module(std::make_shared<SourceText>("t.py", text));
}

Ref<Code> module_code(const std::string& text) { return compile_module(parsed(text)); }

// The module's first function under njit(parallel=True).
Ref<Code> kernel(const std::string& text, KernelOptions options = {true, false, false, false},
                 const Casts& casts = {}) {
  auto module = parsed(text);
  FunctionTree tree{module, module->body[0], module->source, ""};
  TestNames names;
  return compile_njit(tree, options, names, casts);
}

const LoopInfo& prange_of(const Code& code) {
  for (const LoopInfo& loop : code.loops)
    if (loop.kind == LoopKind::Prange) return loop;
  FAIL("the code has no prange");
  return code.loops[0];
}

const LoopVariable& variable(const Code& code, const std::string& name) {
  for (const LoopVariable& v : prange_of(code).variables)
    if (v.name == name) return v;
  FAIL("the loop has no variable " + name);
  return prange_of(code).variables[0];
}

std::string in_order(const std::string& body) {
  return prange_of(*kernel("def f(a, n):\n s = 0\n t = 0.0\n for i in prange(n):\n" + body + " return s, t\n"))
      .in_order_reason;
}

std::string refusal(const std::string& text, bool njit) {
  try {
    if (njit)
      kernel(text);
    else
      module_code(text);
  } catch (const SyntaxError& error) {
    return error.message();
  }
  return "";
}

int count(const Code& code, Opcode op) {
  int n = 0;
  for (const Instruction& i : code.instructions) n += i.op == op;
  return n;
}

const Code& child(const Code& code, const std::string& name) {
  for (const Value& constant : code.constants)
    if (auto* found = constant.is(Tag::Native) ? dynamic_cast<const Code*>(constant.object()) : nullptr)
      if (found->name == name) return *found;
  FAIL("no inner function " + name);
  return code;
}

} // namespace

TEST_CASE("a for loop's table points at its parts") {
  const Ref<Code> module =
      module_code("def f(n):\n for i in range(n):\n  if i: break\n  continue\n else:\n  n = 1\n return n\n");
  const Code& code = child(*module, "f");
  REQUIRE(code.loops.size() == 1);
  const LoopInfo& loop = code.loops[0];
  REQUIRE(code.instructions[loop.enter].op == Opcode::EnterFor);
  REQUIRE(code.instructions[loop.next].op == Opcode::NextFor);
  REQUIRE(loop.enter + 1 == loop.body);
  REQUIRE(loop.next + 1 == loop.otherwise);
  REQUIRE(loop.otherwise < loop.end);
  REQUIRE(code.register_names[loop.target] == "i");
}

TEST_CASE("nested loops know their parents") {
  const Ref<Code> module = module_code("def f():\n while z:\n  for i in x:\n   while i: pass\n for j in y: pass\n");
  const auto& loops = child(*module, "f").loops;
  REQUIRE(loops.size() == 4);
  REQUIRE((loops[0].parent == -1 && loops[1].parent == 0 && loops[2].parent == 1 && loops[3].parent == -1));
}

TEST_CASE("branches know where their sides meet") {
  const Ref<Code> module = module_code("def f(a):\n if a: b = 1\n else: b = 2\n return b\n");
  const Code& code = child(*module, "f");
  for (std::size_t pc = 0; pc < code.instructions.size(); ++pc) {
    if (code.instructions[pc].op != Opcode::JumpIfNot) continue;
    REQUIRE(code.instructions[code.joins[pc]].op == Opcode::Return);
  }
}

TEST_CASE("constants used in loops live in registers") {
  const Ref<Code> module = module_code("def f(n):\n for i in range(n):\n  n = n * 2 + 2\n return n\n");
  const Code& code = child(*module, "f");
  REQUIRE(code.register_constants.size() == 1);
  REQUIRE(count(code, Opcode::LoadConst) == 0);
}

TEST_CASE("an unbound check stands only where a variable may have no value") {
  REQUIRE(count(child(*module_code("def f(a):\n b = a\n return b\n"), "f"), Opcode::CheckBound) == 0);
  REQUIRE(count(child(*module_code("def f(a):\n if a: b = 1\n return b\n"), "f"), Opcode::CheckBound) == 1);
  REQUIRE(count(child(*module_code("def f(a):\n if a: b = 1\n else: b = 2\n return b\n"), "f"), Opcode::CheckBound) ==
          0);
  REQUIRE(count(child(*module_code("def f(a):\n for i in a: pass\n return i\n"), "f"), Opcode::CheckBound) == 1);
  REQUIRE(count(child(*module_code("def f(a):\n b = 1\n del b\n return b\n"), "f"), Opcode::CheckBound) == 2);
}

TEST_CASE("closures take cells from the functions around them") {
  const Ref<Code> module = module_code("def f(a):\n def g():\n  def h(): return a\n  return h\n return g\n");
  const Code& f = child(*module, "f");
  const Code& g = child(f, "g");
  REQUIRE(count(f, Opcode::MakeCell) == 1);
  REQUIRE(g.free_variables == std::vector<std::string>{"a"});
  REQUIRE(child(g, "h").free_variables == std::vector<std::string>{"a"});
  REQUIRE(child(g, "h").qualified_name == "f.<locals>.g.<locals>.h");
}

TEST_CASE("prange is a plain loop without parallel=True") {
  const Ref<Code> code = kernel("def f(n):\n for i in prange(n): pass\n", {});
  REQUIRE(code->loops[0].kind == LoopKind::For);
}

TEST_CASE("each variable of a prange has its class") {
  const Ref<Code> code = kernel("def f(a, n):\n s = 0\n m = 1.0\n for i in prange(n):\n  x = a[i]\n  s += x\n  m = "
                                "max(m, x)\n  last = x\n return s, m, last, i\n");
  REQUIRE(prange_of(*code).in_order_reason.empty());
  REQUIRE(prange_of(*code).reductions == 2);
  REQUIRE(variable(*code, "a").variable_class == VariableClass::Invariant);
  REQUIRE(variable(*code, "s").variable_class == VariableClass::Reduction);
  REQUIRE(variable(*code, "m").reduction == ReductionOp::Max);
  REQUIRE(variable(*code, "x").variable_class == VariableClass::Private);
  REQUIRE_FALSE(variable(*code, "x").live_after);
  REQUIRE((variable(*code, "last").live_after && variable(*code, "last").always_assigned));
  REQUIRE(variable(*code, "i").live_after);
}

TEST_CASE("every form of a contribution is a reduction") {
  struct Row {
    const char* statement;
    ReductionOp op;
  };
  for (const Row& row :
       {Row{"s += a[i]", ReductionOp::Add}, Row{"s = s + a[i]", ReductionOp::Add},
        Row{"s = a[i] + s", ReductionOp::Add}, Row{"s -= a[i]", ReductionOp::Sub}, Row{"s *= a[i]", ReductionOp::Mul},
        Row{"s /= a[i]", ReductionOp::Div}, Row{"s |= a[i]", ReductionOp::BitOr}, Row{"s &= a[i]", ReductionOp::BitAnd},
        Row{"s ^= a[i]", ReductionOp::BitXor}, Row{"s = min(s, a[i])", ReductionOp::Min}}) {
    INFO(row.statement);
    const Ref<Code> code =
        kernel(std::string("def f(a, n):\n s = 0\n for i in prange(n):\n  ") + row.statement + "\n return s\n");
    REQUIRE(variable(*code, "s").variable_class == VariableClass::Reduction);
    REQUIRE(variable(*code, "s").reduction == row.op);
  }
}

TEST_CASE("an array may be accumulated by augmented assignments alone") {
  struct Row {
    const char* body;
    bool in_place;
  };
  for (const Row& row : {Row{"  s += a[i]\n", true}, Row{"  s = s + a[i]\n", false},
                         Row{"  s += a[i]\n  s += 1\n", true}, Row{"  s += a[i]\n  s = a[i] + s\n", false},
                         Row{"  if i > 3: s ^= i\n", true}, Row{"  s = max(s, i)\n", false}}) {
    INFO(row.body);
    const Ref<Code> code = kernel(std::string("def f(a, s, n):\n for i in prange(n):\n") + row.body + " return s\n");
    REQUIRE(variable(*code, "s").variable_class == VariableClass::Reduction);
    REQUIRE(variable(*code, "s").in_place == row.in_place);
  }
  // Read, passed on or named in any other way, it is no reduction at all.
  for (const char* body : {"  s += a[i]\n  a[i] = s[0]\n", "  s += s\n", "  s += a[i]\n  len(s)\n",
                           "  s += a[i]\n  t = s\n", "  s += a[i]\n  s[i] = 1\n", "  s += a[i]\n  s *= 2\n"}) {
    INFO(body);
    const Ref<Code> code = kernel(std::string("def f(a, s, n):\n for i in prange(n):\n") + body + " return s\n");
    REQUIRE(variable(*code, "s").variable_class == VariableClass::Carried);
    REQUIRE_FALSE(prange_of(*code).in_order_reason.empty());
  }
}

TEST_CASE("a comparison that replaces what it compares with selects") {
  struct Row {
    const char* statement;
    CompareOp rule;
  };
  for (const Row& row :
       {Row{"  if a[i] > s: s = a[i]\n", CompareOp::Gt}, Row{"  if s > a[i]: s = a[i]\n", CompareOp::Lt},
        Row{"  if a[i] <= s: s = a[i]\n", CompareOp::Le}, Row{"  if s <= a[i] * 2: s = a[i] * 2\n", CompareOp::Ge},
        Row{"  if a[i] < s:\n   where = i\n   s = a[i]\n", CompareOp::Lt},
        Row{"  if a[i] < s:\n   s, where = a[i], i\n", CompareOp::Lt},
        Row{"  if i > 3 and max(a[i], 1) >= s:\n   s = max(a[i], 1)\n   t = a[i]\n", CompareOp::Ge},
        Row{"  x = f(a)\n  if x > s: s = x\n", CompareOp::Gt},
        Row{"  for j in range(n):\n   if a[j] > s: s = a[j]\n", CompareOp::Gt},
        Row{"  if a[i] > s: s = a[i]\n  if a[0] > s: s = a[0]\n", CompareOp::Gt}}) {
    INFO(row.statement);
    const Ref<Code> code = kernel(std::string("def f(a, n):\n s = 0\n where = t = 0\n for i in prange(n):\n") +
                                  row.statement + " return s, where, t\n");
    REQUIRE(prange_of(*code).in_order_reason.empty());
    REQUIRE(prange_of(*code).reductions == 0);
    REQUIRE(variable(*code, "s").reduction == ReductionOp::Selected);
    REQUIRE(prange_of(*code).selections.size() == 1);
    REQUIRE(prange_of(*code).selections[0].rule == row.rule);
  }
}

TEST_CASE("what is only nearly a selection runs in order") {
  const std::string why = "'s' is chosen by a comparison, and also used or set in another way";
  for (const char* body :
       {"  if a[i] > s: s = a[i]\n  a[i] = s\n", "  if a[i] > s: s = a[i]\n  if a[i] >= s: s = a[i]\n",
        "  if a[i] > s: s = a[i]\n  if a[i] < s: s = a[i]\n", "  if a[i] > s: s = a[i]\n  if i == 3: s = 1\n",
        "  if a[i] > s: s = a[i]\n  s += 1\n", "  if a[i] > s: s = a[i]\n  if a[i] > s: s, t = a[i], i\n",
        "  if a[i] > s: s, t = a[i], s\n", "  if a[i] > s: s, t = a[i], i\n  a[i] = t\n",
        "  i = i // 2\n  if a[i] > s: s = a[i]\n"}) {
    INFO(body);
    REQUIRE(in_order(body).find(why) != std::string::npos);
  }
  for (const char* body :
       {"  if a[i] > s: s = a[i] - 1\n", "  if a[i] > s: s = a[i]\n  else: s = 1\n", "  if f(a) > s: s = f(a)\n",
        "  if a[i] > s:\n   a[i] = 0\n   s = a[i]\n", "  if a[i] > s:\n   t = f(a)\n   s = a[i]\n",
        "  x = a[i]\n  if x > s:\n   x = 0\n   s = x\n", "  if a[i] > s > 0: s = a[i]\n",
        "  if a[i] > s or i: s = a[i]\n", "  if a[i] != s: s = a[i]\n"}) {
    INFO(body);
    REQUIRE(in_order(body).find("'s' goes from one iteration to the next") != std::string::npos);
  }
}

TEST_CASE("what is carried from one iteration to the next runs in order, and says so") {
  REQUIRE(in_order("  s = s * 2 + a[i]\n").find("'s' goes from one iteration to the next (line 5)") !=
          std::string::npos);
  REQUIRE(in_order("  s += a[i]\n  a[i] = s\n").find("'s' is a sum that the loop also uses") != std::string::npos);
  REQUIRE(in_order("  s += 1\n  s *= 2\n").find("combined by different operators") != std::string::npos);
  REQUIRE(in_order("  if a[i]: s = a[i]\n  a[i] = s\n").find("goes from one iteration") != std::string::npos);
  REQUIRE(in_order("  if a[i]: break\n").find("'break' (line 5)") != std::string::npos);
  REQUIRE(in_order("  return s, t\n").find("'return' (line 5)") != std::string::npos);
  REQUIRE(in_order("  s = a[i] - s\n").find("'s'") != std::string::npos);
  // The inner loop may be empty in some iterations only.
  REQUIRE(in_order("  for j in range(i): pass\n  a[i] = j\n").find("'j' goes from one iteration to the next") !=
          std::string::npos);
  REQUIRE(in_order("  for j in range(len(a)): pass\n  a[i] = j\n  j = 3\n").find("'j'") != std::string::npos);
}

TEST_CASE("what only looks carried is not") {
  REQUIRE(in_order("  s = a[i]\n  s += 1\n  a[i] = s\n").empty());
  REQUIRE(in_order("  if a[i]: continue\n  s += 1\n").empty());
  REQUIRE(in_order("  for j in range(3):\n   if j: break\n   s += j\n").empty());
  REQUIRE(in_order("  if a[i] > 0: t = a[i]\n").empty());
  REQUIRE(in_order("  while True:\n   break\n").empty());
  REQUIRE(in_order("  for j in range(n + 1):\n   if a[j]: break\n  a[i] = j\n").empty());
  REQUIRE(in_order("  for j in range(a.shape[0]): pass\n  a[i] = j\n").empty());
}

TEST_CASE("a last value that only some iterations assign is known as such") {
  const Ref<Code> code = kernel("def f(a, n):\n t = 0\n for i in prange(n):\n  if a[i]: t = i\n return t\n");
  REQUIRE((variable(*code, "t").live_after && !variable(*code, "t").always_assigned));
  const Ref<Code> both =
      kernel("def f(a, n):\n t = 0\n for i in prange(n):\n  if a[i]: t = i\n  else: t = -i\n return t\n");
  REQUIRE(variable(*both, "t").always_assigned);
}

TEST_CASE("the block size depends on loops and calls in the body's source") {
  auto deep = [](const char* statement) {
    return prange_of(
               *kernel(std::string("def f(a, n):\n s = 0\n for i in prange(n):\n  ") + statement + "\n return s\n"))
        .body_has_loop_or_call;
  };
  REQUIRE_FALSE(deep("s += a[i]"));
  REQUIRE_FALSE(deep("s = max(s, a[i])"));
  REQUIRE(deep("s = max(s, len(a))"));
  REQUIRE(deep("s += len(a)"));
  REQUIRE(deep("for j in range(2): s += j"));
}

TEST_CASE("array accesses are described by their subscripts") {
  const Ref<Code> code = kernel("def f(a, b, n, k):\n for i in prange(n):\n  a[i] = a[i - 1]\n  b[2 * i + k, 0] += 1\n "
                                " for j in range(n):\n   b[i, j] = a[b[0, 0]]\n");
  const auto& accesses = prange_of(*code).accesses;
  REQUIRE(accesses.size() == 7);
  REQUIRE((accesses[0].subscripts[0].what == SubscriptForm::What::Affine && accesses[0].subscripts[0].offset == -1 &&
           !accesses[0].store));
  REQUIRE((accesses[1].store && accesses[1].subscripts[0].factor == 1 && !accesses[1].update));
  const ArrayAccess& update = accesses[3];
  REQUIRE((update.update && update.subscripts[0].factor == 2 && update.subscripts[0].invariants.size() == 1 &&
           update.subscripts[1].factor == 0));
  REQUIRE(accesses[5].subscripts[0].what == SubscriptForm::What::Unknown);
  REQUIRE((accesses[6].store && accesses[6].subscripts[1].what == SubscriptForm::What::Repeated));
}

TEST_CASE("a subscript that two sides of a branch make is unknown") {
  const Ref<Code> code = kernel("def f(a, n):\n for i in prange(n):\n  a[i if n else 0] = 1\n");
  REQUIRE(prange_of(*code).accesses[0].subscripts[0].what == SubscriptForm::What::Unknown);
  const Ref<Code> twice = kernel("def f(a, n):\n for i in prange(n):\n  k = i\n  if n: k = 0\n  a[k] = 1\n");
  REQUIRE(prange_of(*twice).accesses[0].subscripts[0].what == SubscriptForm::What::Unknown);
}

TEST_CASE("division by zero is decided by the source") {
  auto flag = [](const char* text, KernelOptions options) {
    const Ref<Code> code = kernel(text, options);
    for (const Instruction& i : code->instructions)
      if (i.op == Opcode::TrueDiv) return (i.n & numpy_errors_flag) != 0;
    return false;
  };
  const char* inside = "def f(a, n):\n for i in prange(n): a[i] = 1 / a[i]\n";
  const char* outside = "def f(a, n):\n return 1 / a\n";
  REQUIRE(flag(inside, {true, false, false, false}));
  REQUIRE_FALSE(flag(inside, {true, false, false, true}));
  REQUIRE_FALSE(flag(inside, {}));
  REQUIRE_FALSE(flag(outside, {true, false, false, false}));
  REQUIRE(flag(outside, {false, false, true, false}));
}

TEST_CASE("casts of signatures and locals= stand at entry, stores and returns") {
  Casts casts;
  const Value type(make<Builtin>("float64", nullptr, BuiltinId::ScalarType));
  casts.parameters = {type};
  casts.result = type;
  casts.stores["b"] = type;
  const Ref<Code> code = kernel("def f(a):\n b = a\n b += 1\n return b\n", {}, casts);
  REQUIRE(count(*code, Opcode::Call) == 4);
}

TEST_CASE("literal powers are an opcode of njit code only") {
  REQUIRE(count(*kernel("def f(a):\n return a ** 3, a ** -2, a ** a\n"), Opcode::PowLiteral) == 2);
  REQUIRE(count(child(*module_code("def f(a):\n return a ** 3\n"), "f"), Opcode::PowLiteral) == 0);
}

TEST_CASE("what is refused is refused by name") {
  REQUIRE(refusal("def f(): global x\n", true).find("'global' in njit code") != std::string::npos);
  REQUIRE(refusal("def f():\n def g():\n  nonlocal a\n  a = 1\n a = 0\n", true).find("'nonlocal'") !=
          std::string::npos);
  REQUIRE(refusal("def f(x):\n x.y = 1\n", false).find("assignment to an attribute") != std::string::npos);
  REQUIRE(refusal("raise\n", false).find("'raise' without an exception") != std::string::npos);
  REQUIRE(refusal("x = 99999999999999999999\n", false).find("beyond 64 bits") != std::string::npos);
  REQUIRE(refusal("f(a=1, a=2)\n", false).find("keyword argument repeated: a") != std::string::npos);
  REQUIRE(refusal("from . import x\n", false).find("a relative import") != std::string::npos);
  REQUIRE(refusal("def f():\n from x import *\n", false).find("import * only allowed at module level") !=
          std::string::npos);
  REQUIRE(refusal("def f(a):\n global a\n", false) == "name 'a' is parameter and global");
  REQUIRE(refusal("def f():\n a = 1\n global a\n", false) == "name 'a' is assigned to before global declaration");
  REQUIRE(refusal("def f():\n nonlocal a\n", false) == "no binding for nonlocal 'a' found");
  REQUIRE(refusal("nonlocal a\n", false) == "nonlocal declaration not allowed at module level");
  REQUIRE(refusal("def f(a, a): pass\n", false) == "duplicate argument 'a' in function definition");
}

TEST_CASE("a global that njit code cannot use is an error with its place") {
  try {
    kernel("def f(x):\n return forbidden(x)\n");
    FAIL("no error");
  } catch (const GuestError& error) {
    REQUIRE(error.kind() == ExceptionKind::TypingError);
    REQUIRE(error.message().find("File \"t.py\", line 2") != std::string::npos);
    REQUIRE(error.message().find("^^^^^^^^^") != std::string::npos);
  }
}

TEST_CASE("a large int literal is a uint64 in njit code") {
  const Ref<Code> code = kernel("def f():\n return 0xffffffffffffffff\n");
  REQUIRE(code->constants[0].is(Tag::NpUInt64));
}
