// One walk over the body's instructions with what each register holds, as far as it is a sum of the loop's value and of
// values from outside. Locals that are assigned once keep their form; those assigned more often are unknown.
// Temporaries are followed in the order of the code, and forgotten at joins when one of the sides has written them.
#include "vm/compile/accesses.h"

#include <algorithm>
#include <map>
#include <optional>

#include "vm/bytecode/liveness.h"

namespace pyvm {

namespace {

using What = SubscriptForm::What;

constexpr std::int64_t largest_number = std::int64_t{1} << 40; // products of these stay far inside 64 bits

struct Known {
  SubscriptForm form;  // Unknown: only `steady` and `chain` count
  bool steady = false; // the same value in every iteration
  bool is_attribute = false;
  std::optional<ArrayAccess> chain; // a view: a[i], to be subscripted further
};

Known unknown(bool steady = false) {
  Known k;
  k.steady = steady;
  return k;
}

Known number(std::int64_t value) {
  Known k = unknown(true);
  k.form.what = What::Affine;
  k.form.offset = value;
  return k;
}

bool is_affine(const Known& k) { return k.form.what == What::Affine; }
bool is_number(const Known& k) { return is_affine(k) && k.form.factor == 0 && k.form.invariants.empty(); }

bool is_small(const SubscriptForm& form) {
  auto small = [](std::int64_t x) { return -largest_number < x && x < largest_number; };
  return small(form.factor) && small(form.offset) &&
         std::all_of(form.invariants.begin(), form.invariants.end(),
                     [&](const auto& term) { return small(term.second); });
}

class AccessFinder {
public:
  AccessFinder(const Code& code, const LoopInfo& loop)
      : code_(code), loop_(loop), writes_(static_cast<std::size_t>(code.registers)) {}

  std::vector<ArrayAccess> run() {
    count_writes();
    for (std::uint32_t pc = loop_.body; pc < loop_.next; ++pc) {
      forget_at_joins(pc);
      instruction(pc);
    }
    return std::move(accesses_);
  }

private:
  void count_writes() {
    for (std::uint32_t pc = loop_.body; pc < loop_.next; ++pc)
      for_each_register(
          code_.instructions[pc], [](std::uint16_t) {}, [&](std::uint16_t r) { ++writes_[r]; });
    ++writes_[loop_.target];
  }

  bool is_local(std::uint16_t r) const { return r < code_.register_names.size(); }

  Known read(std::uint16_t r) const {
    if (r == loop_.target && writes_[r] == 1) {
      Known k = number(0);
      k.form.factor = 1;
      k.steady = false;
      return k;
    }
    if (writes_[r] == 0) return from_outside(r);
    if (is_local(r) && writes_[r] > 1) return unknown();
    auto found = known_.find(r);
    return found == known_.end() ? unknown() : found->second;
  }

  Known from_outside(std::uint16_t r) const {
    for (auto [constant_register, constant] : code_.register_constants)
      if (constant_register == r) return of_constant(code_.constants[constant]);
    Known k = number(0);
    k.form.invariants.emplace_back(r, 1);
    return k;
  }

  static Known of_constant(const Value& value) {
    if (value.is(Tag::Slice)) return repeated();
    return value.is(Tag::Int) ? number(value.as_int()) : unknown(true);
  }

  static Known repeated() {
    Known k = unknown(true);
    k.form.what = What::Repeated;
    return k;
  }

  void write(std::uint16_t r, Known k) {
    if (is_affine(k) && !is_small(k.form)) k.form.what = What::Unknown;
    known_[r] = std::move(k);
  }

  void forget_at_joins(std::uint32_t pc) {
    for (std::uint32_t jump = loop_.body; jump < pc; ++jump) {
      if (code_.joins[jump] != pc) continue;
      for (std::uint32_t at = jump; at < pc; ++at)
        for_each_register(
            code_.instructions[at], [](std::uint16_t) {},
            [&](std::uint16_t r) {
              if (!is_local(r)) known_.erase(r);
            });
    }
  }

  void instruction(std::uint32_t pc) {
    const Instruction& i = code_.instructions[pc];
    switch (i.op) {
    case Opcode::LoadConst:
      write(i.a, of_constant(code_.constants[i.b]));
      return;
    case Opcode::Move:
      write(i.a, read(i.b));
      return;
    case Opcode::Add:
      write(i.a, sum(read(i.b), read(i.c), 1));
      return;
    case Opcode::Sub:
      write(i.a, sum(read(i.b), read(i.c), -1));
      return;
    case Opcode::Mul:
      write(i.a, product(read(i.b), read(i.c)));
      return;
    case Opcode::Neg:
      write(i.a, product(read(i.b), number(-1)));
      return;
    case Opcode::MakeSlice: {
      const bool steady = read(i.b).steady && read(i.b + 1).steady && read(i.b + 2).steady;
      write(i.a, steady ? repeated() : unknown());
      return;
    }
    case Opcode::GetAttr: {
      Known k = unknown(read(i.b).steady);
      k.is_attribute = true;
      write(i.a, std::move(k));
      return;
    }
    case Opcode::GetItem:
      get_item(pc, i);
      return;
    case Opcode::SetItem:
      access(i, true, pc);
      return;
    case Opcode::Call:
      write(i.a, call(i));
      return;
    case Opcode::EnterFor:
    case Opcode::EnterPrange:
      write(code_.loops[i.c].target, read(i.b).steady ? repeated() : unknown());
      return;
    case Opcode::NextFor:
    case Opcode::NextPrange:
      return;
    default:
      other(i);
    }
  }

  // Everything else: a value that is the same in every iteration when all that it is made of is.
  void other(const Instruction& i) {
    bool steady = is_binary(i.op) || is_unary(i.op) || is_comparison(i.op);
    for_each_register(
        i, [&](std::uint16_t r) { steady = steady && read(r).steady; }, [](std::uint16_t) {});
    for_each_register(
        i, [](std::uint16_t) {}, [&](std::uint16_t r) { write(r, unknown(steady)); });
  }

  static Known sum(const Known& a, const Known& b, std::int64_t sign) {
    Known k = unknown(a.steady && b.steady);
    if (is_affine(a) && is_affine(b)) {
      k.form = a.form;
      k.form.factor += sign * b.form.factor;
      k.form.offset += sign * b.form.offset;
      for (auto [r, factor] : b.form.invariants) add_term(k.form, r, sign * factor);
    } else if (a.steady && b.steady && (a.form.what == What::Repeated || b.form.what == What::Repeated)) {
      k.form.what = What::Repeated;
    }
    return k;
  }

  static void add_term(SubscriptForm& form, std::uint16_t r, std::int64_t factor) {
    for (auto& term : form.invariants)
      if (term.first == r) {
        term.second += factor;
        return;
      }
    form.invariants.emplace_back(r, factor);
  }

  static Known product(const Known& a, const Known& b) {
    if (is_number(a) && !is_number(b)) return product(b, a);
    Known k = unknown(a.steady && b.steady);
    if (is_affine(a) && is_number(b)) {
      const std::int64_t by = b.form.offset;
      k.form = a.form;
      k.form.factor *= by;
      k.form.offset *= by;
      for (auto& term : k.form.invariants) term.second *= by;
    } else if (k.steady && (a.form.what == What::Repeated || b.form.what == What::Repeated)) {
      k.form.what = What::Repeated;
    }
    return k;
  }

  // range(n) and len(a) of what does not change do not change.
  Known call(const Instruction& i) const {
    bool steady = writes_[i.b] == 0 || read(i.b).steady;
    const Value* callee = constant_in(i.b);
    steady = steady && callee && callee->is_heap() && (callee->is(Tag::Builtin) || callee->is(Tag::Type)) &&
             (callee->as<Builtin>().id == BuiltinId::Range || callee->as<Builtin>().id == BuiltinId::Prange ||
              callee->as<Builtin>().id == BuiltinId::Len);
    for (int k = 0; k < i.n; ++k) steady = steady && read(static_cast<std::uint16_t>(i.c + k)).steady;
    return unknown(steady);
  }

  const Value* constant_in(std::uint16_t r) const {
    for (auto [constant_register, constant] : code_.register_constants)
      if (constant_register == r) return &code_.constants[constant];
    return nullptr;
  }

  void get_item(std::uint32_t pc, const Instruction& i) {
    const Known object = read(i.b);
    if (object.is_attribute && object.steady) return write(i.a, unknown(true)); // a.shape[0]
    std::optional<ArrayAccess> reached = access(i, false, pc);
    Known k = unknown();
    k.chain = std::move(reached);
    write(i.a, std::move(k));
  }

  // Notes the access of a GetItem or SetItem, if its array comes from outside the loop.
  std::optional<ArrayAccess> access(const Instruction& i, bool store, std::uint32_t pc) {
    ArrayAccess a;
    const Known object = read(i.b);
    if (object.chain)
      a = *object.chain;
    else if (writes_[i.b] == 0)
      a.array = i.b;
    else
      return std::nullopt;
    a.store = store;
    a.line = code_.locations[pc].line;
    a.update = store && is_update(i, pc);
    for (int k = 0; k < i.n; ++k) a.subscripts.push_back(read(static_cast<std::uint16_t>(i.c + k)).form);
    accesses_.push_back(a);
    return a;
  }

  // The code of `a[s] op= x`: GetItem t = a[s]; ...; t op= x; SetItem a[s] = t.
  bool is_update(const Instruction& set, std::uint32_t pc) const {
    if (pc == loop_.body || !(code_.instructions[pc - 1].n & in_place_flag) || code_.instructions[pc - 1].a != set.a)
      return false;
    for (std::uint32_t at = pc; at-- > loop_.body;) {
      const Instruction& get = code_.instructions[at];
      if (get.op == Opcode::GetItem && get.a == set.a && get.b == set.b && get.c == set.c && get.n == set.n)
        return true;
    }
    return false;
  }

  const Code& code_;
  const LoopInfo& loop_;
  std::vector<int> writes_;
  std::map<std::uint16_t, Known> known_;
  std::vector<ArrayAccess> accesses_;
};

} // namespace

std::vector<ArrayAccess> accesses_of(const Code& code, const LoopInfo& loop) { return AccessFinder(code, loop).run(); }

} // namespace pyvm
