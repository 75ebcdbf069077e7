#include "vm/compile/scope.h"

#include <algorithm>

#include <fmt/format.h>

#include "vm/support/syntax_error.h"
#include "vm/syntax/visit.h"

namespace pyvm {

using namespace syntax;

namespace {

class ScopeBuilder {
public:
  explicit ScopeBuilder(std::shared_ptr<const SourceText> source) : source_(std::move(source)) {}

  std::unique_ptr<Scope> build(const Node& root, Scope* parent) {
    auto scope = std::make_unique<Scope>();
    scope->node = &root;
    scope->parent = parent;
    Scope* outer = current_;
    current_ = scope.get();
    if (const Arguments* parameters = parameters_of(root)) {
      for (const auto* list : {&parameters->posonlyargs, &parameters->args, &parameters->kwonlyargs})
        for (const Arg* p : *list) parameter(*p);
      if (auto* lambda = cast_if<Lambda>(&root)) {
        visit(*lambda->body);
      } else {
        for (const Statement* s : as<FunctionDef>(&root)->body) visit(*s);
      }
    } else {
      for (const Statement* s : as<syntax::Module>(&root)->body) visit(*s);
    }
    current_ = outer;
    return scope;
  }

  // Second walk, from the inside out: free names become cells of the function that binds them.
  void resolve(Scope& scope) {
    for (const auto& [name, node] : scope.nonlocal_places) check_nonlocal(scope, *node, name);
    for (auto& [node, child] : scope.children) resolve(*child);
    if (!scope.is_function()) return;
    for (const std::string& name : scope.used)
      if (!scope.is_local(name) && !scope.global_names.count(name)) capture(scope, name);
    std::sort(scope.free.begin(), scope.free.end());
  }

private:
  [[noreturn]] void fail(const Node& node, std::string message) {
    throw SyntaxError(SyntaxErrorKind::Syntax, std::move(message), source_, node.location);
  }

  void bind(const std::string& name) {
    if (current_->global_names.count(name) || current_->nonlocal_names.count(name)) return;
    if (current_->local_set.insert(name).second) current_->locals.push_back(name);
  }

  void parameter(const Arg& p) {
    if (current_->is_local(p.arg)) fail(p, fmt::format("duplicate argument '{}' in function definition", p.arg));
    bind(p.arg);
  }

  void inner_function(const Node& node, const Arguments& parameters) {
    for (const Expression* d : parameters.defaults) visit(*d);
    for (const Expression* d : parameters.kw_defaults)
      if (d) visit(*d);
    current_->children[&node] = build(node, current_);
  }

  void declare(const Node& node, const Names& names, std::set<std::string>& into, const char* what) {
    for (const std::string& name : names) {
      if (current_->is_local(name)) {
        const Arguments* parameters = parameters_of(*current_->node);
        bool is_parameter = false;
        if (parameters)
          for (const auto* list : {&parameters->posonlyargs, &parameters->args, &parameters->kwonlyargs})
            for (const Arg* p : *list) is_parameter = is_parameter || p->arg == name;
        fail(node, is_parameter ? fmt::format("name '{}' is parameter and {}", name, what)
                                : fmt::format("name '{}' is assigned to before {} declaration", name, what));
      }
      into.insert(name);
      if (&into == &current_->nonlocal_names) current_->used.insert(name);
    }
  }

  void visit(const Node& node) {
    switch (node.kind) {
    case NodeKind::FunctionDef: {
      auto* def = as<FunctionDef>(&node);
      for (const Expression* d : def->decorator_list) visit(*d);
      bind(def->name);
      inner_function(node, *def->args);
      return;
    }
    case NodeKind::Lambda:
      inner_function(node, *as<Lambda>(&node)->args);
      return;
    case NodeKind::Name: {
      auto* name = as<Name>(&node);
      if (name->ctx == Context::Load) {
        current_->used.insert(name->id);
      } else {
        bind(name->id);
        current_->used.insert(name->id);
      }
      if (name->ctx == Context::Del) current_->deleted.insert(name->id);
      return;
    }
    case NodeKind::NamedExpr:
      current_->has_walrus = true;
      break;
    case NodeKind::AnnAssign: {
      auto* a = as<AnnAssign>(&node);
      visit(*a->target);
      if (a->value) visit(*a->value);
      return;
    }
    case NodeKind::Import:
      for (const Alias* alias : as<Import>(&node)->names)
        bind(alias->asname ? *alias->asname : alias->name.substr(0, alias->name.find('.')));
      return;
    case NodeKind::ImportFrom:
      for (const Alias* alias : as<ImportFrom>(&node)->names)
        if (alias->name != "*") bind(alias->asname ? *alias->asname : alias->name);
      return;
    case NodeKind::Global:
      declare(node, as<Global>(&node)->names, current_->global_names, "global");
      return;
    case NodeKind::Nonlocal: {
      declare(node, as<Nonlocal>(&node)->names, current_->nonlocal_names, "nonlocal");
      if (!current_->is_function()) fail(node, "nonlocal declaration not allowed at module level");
      for (const std::string& name : as<Nonlocal>(&node)->names) current_->nonlocal_places.emplace_back(name, &node);
      return;
    }
    default:
      break;
    }
    for_each_child(node, [&](const Node& child) { visit(child); });
  }

  void check_nonlocal(const Scope& scope, const Node& node, const std::string& name) {
    for (Scope* s = scope.parent; s && s->is_function(); s = s->parent)
      if (s->is_local(name)) return;
    fail(node, fmt::format("no binding for nonlocal '{}' found", name));
  }

  // Finds the function that binds the name; every function between becomes one that passes the cell on.
  bool capture(Scope& scope, const std::string& name) {
    Scope* owner = scope.parent;
    if (!owner || !owner->is_function()) return false;
    if (owner->is_local(name)) {
      owner->cells.insert(name);
    } else if (owner->global_names.count(name) || (!owner->is_free(name) && !capture(*owner, name))) {
      return false;
    }
    if (!scope.is_free(name)) scope.free.push_back(name);
    return true;
  }

  std::shared_ptr<const SourceText> source_;
  Scope* current_ = nullptr;
};

} // namespace

bool Scope::is_free(const std::string& name) const { return std::find(free.begin(), free.end(), name) != free.end(); }

const Arguments* parameters_of(const Node& function) {
  if (auto* def = cast_if<FunctionDef>(&function)) return def->args;
  if (auto* lambda = cast_if<Lambda>(&function)) return lambda->args;
  return nullptr;
}

std::unique_ptr<Scope> analyse_scopes(const Node& root, const std::shared_ptr<const SourceText>& source) {
  ScopeBuilder builder(source);
  auto scope = builder.build(root, nullptr);
  builder.resolve(*scope);
  return scope;
}

} // namespace pyvm
