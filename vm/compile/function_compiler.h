// Compiles one function, lambda or module body. Private to vm/compile.
//
// Expressions are compiled to a register: a local's own, a constant's, or a temporary. `into` asks for a certain
// register; it is written last, after every operand has been read. Statements leave no temporaries behind.
//
// What is certainly bound is tracked while emitting (bound_), so that CheckBound is emitted only where it can fail.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "vm/compile/classify.h"
#include "vm/compile/compiler.h"
#include "vm/compile/emitter.h"
#include "vm/compile/scope.h"

namespace pyvm {

class FunctionCompiler {
public:
  FunctionCompiler(Code& code, const Scope& scope, NameResolver* resolver, const KernelOptions& options,
                   FunctionCompiler* outer);

  // Must outlive the compiler.
  void set_casts(const Casts& casts) { casts_ = &casts; }

  void compile_module_body(const syntax::Module& module);
  void compile_function_body(const syntax::Node& function);

private:
  using Into = std::optional<Register>;

  // statements.cpp
  void statements(const syntax::Nodes<syntax::Statement>& body);
  void statement(const syntax::Statement& node);
  void assign(const syntax::Assign& node);
  bool assign_pairwise(const syntax::Expression& target, const syntax::Expression& value);
  void augmented_assign(const syntax::AugAssign& node);
  void store(const syntax::Expression& target, Register value);
  void store_name(const std::string& name, Register value);
  const Value* cast_of(const std::string& name) const;
  void cast(Register r, const Value& to);
  void cast_stored(const std::string& name);
  Register casted_result(Register value);
  bool is_plain_local(const syntax::Expression& target) const;
  void remove(const syntax::Expression& target);
  void if_statement(const syntax::If& node);
  void raise_statement(const syntax::Raise& node);
  void assert_statement(const syntax::Assert& node);
  void import(const syntax::Import& node);
  void import_from(const syntax::ImportFrom& node);
  void function_definition(const syntax::FunctionDef& node);

  // loops.cpp
  struct OpenLoop {
    int index;
    Label next, end;
    bool broken = false; // has a `break`
  };
  int open_loop(LoopKind kind, const syntax::Node& node);
  void for_statement(const syntax::For& node);
  void while_statement(const syntax::While& node);
  bool is_parallel_prange(const syntax::For& node);
  PrangeDescription classified(const syntax::For& node);
  void open_selections(int loop, const PrangeDescription& description);
  Register place_of(int loop, const SelectedVariables& selection, Register target);
  void describe_prange(int loop, PrangeDescription& description);
  Flags flags_of(const syntax::For& loop) const;
  void settle_pranges();

  // expressions.cpp
  Register expression(const syntax::Expression& node, Into into = std::nullopt);
  Register operand(const syntax::Expression& node) { return expression(node); }
  void expression_into(const syntax::Expression& node, Register into);
  Register constant(const syntax::Constant& node, Into into);
  Register load_constant(const Value& value, Into into);
  Register name(const syntax::Name& node, Into into);
  Register binary(const syntax::BinOp& node, Into into);
  Register unary(const syntax::UnaryOp& node, Into into);
  Register bool_op(const syntax::BoolOp& node, Into into);
  Register compare(const syntax::Compare& node, Into into);
  Register conditional(const syntax::IfExp& node, Into into);
  Register call(const syntax::Call& node, Into into);
  Register attribute(const syntax::Attribute& node, Into into);
  Register subscript(const syntax::Subscript& node, Into into);
  Register tuple(const syntax::Nodes<syntax::Expression>& items, Into into);
  Register slice(const syntax::Slice& node, Into into);
  Register joined_string(const syntax::JoinedStr& node, Into into);
  Register make_function(const syntax::Node& node, const std::string& function_name, Into into);
  int subscripts(const syntax::Expression& index, Register& first);
  Register destination(Into into) { return into ? *into : emit_.temporary(); }
  Register moved(Register from, Into into);
  std::uint8_t operator_flags(BinaryOp op) const;

  // The value of an expression that njit code can know while compiling: a frozen global, or an attribute of a frozen
  // module.
  std::optional<Value> frozen(const syntax::Expression& node);

  [[noreturn]] void refuse(const syntax::Node& node, const char* construct, const char* instead);
  void at(const syntax::Node& node) { emit_.set_location(node.location); }
  bool is_njit() const { return code_.dialect == Dialect::Njit; }
  bool is_module() const { return !scope_.is_function(); }

  Code& code_;
  const Scope& scope_;
  NameResolver* resolver_;
  const KernelOptions& options_;
  FunctionCompiler* outer_;
  const Casts* casts_ = nullptr;
  Emitter emit_;
  std::set<std::string> bound_;
  bool reachable_ = true;
  std::vector<OpenLoop*> open_loops_;
  std::vector<Flags> open_flags_; // of the parallel pranges around this place
  // Where the pranges around a selection keep the place of their choice, and the register of their value.
  struct PlaceOfChoice {
    Register place, target;
  };
  std::map<const syntax::If*, std::vector<PlaceOfChoice>> places_;
  int parallel_depth_ = 0; // how many parallel pranges enclose this place, lexically
};

} // namespace pyvm
