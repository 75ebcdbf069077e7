// Checks behind the grammar; see check.h. The order is CPython's: its symbol table sees the whole text first (repeated
// parameters, `import *`), then its compiler goes through it again.

#include "vm/syntax/check.h"

#include "vm/support/syntax_error.h"
#include "vm/syntax/visit.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace pyvm::syntax {

namespace {

[[noreturn]] void error(const Module& module, const Node& node, std::string message) {
  throw SyntaxError(SyntaxErrorKind::Syntax, std::move(message), module.source, node.location);
}

// ---- height

void check_height(const Module& module) {
  struct Pending {
    const Node* node;
    int32_t height;
  };
  std::vector<Pending> pending{{&module, 1}};
  while (!pending.empty()) {
    auto [node, height] = pending.back();
    pending.pop_back();
    if (height > maximum_tree_height) error(module, *node, "this code is nested too deeply");
    for_each_child(*node, [&, below = height + 1](const Node& child) { pending.push_back({&child, below}); });
  }
}

// ---- what CPython's symbol table rejects

void check_parameters(const Module& module, const Arguments& arguments) {
  std::set<std::string_view> seen;
  auto add = [&](const Arg* arg) {
    if (arg != nullptr && !seen.insert(arg->arg).second)
      error(module, *arg, fmt::format("duplicate argument '{}' in function definition", arg->arg));
  };
  for (const Nodes<Arg>* list : {&arguments.posonlyargs, &arguments.args, &arguments.kwonlyargs})
    std::for_each(list->begin(), list->end(), add);
  add(arguments.vararg);
  add(arguments.kwarg);
}

void check_names(const Module& module, const Node& node, bool in_module) {
  if (node.kind == NodeKind::Arguments) check_parameters(module, *as<Arguments>(&node));
  const ImportFrom* import = cast_if<ImportFrom>(&node);
  if (import != nullptr && !in_module && import->names[0]->name == "*")
    error(module, *import->names[0], "import * only allowed at module level");
  bool leaves_module =
      node.kind == NodeKind::FunctionDef || node.kind == NodeKind::AsyncFunctionDef || node.kind == NodeKind::ClassDef;
  for_each_child(node, [&](const Node& child) { check_names(module, child, in_module && !leaves_module); });
}

// ---- what CPython's compiler rejects

class FlowChecker {
public:
  explicit FlowChecker(const Module& module) : module_(module) {}

  void run() { visit_all(module_.body, {}); }

private:
  struct Place {
    bool function = false;
    bool async = false;
    bool loop = false;
  };

  static const Expression& without_star(const Expression& expression) {
    return expression.kind == NodeKind::Starred ? *as<Starred>(&expression)->value : expression;
  }

  template <class T> void visit_all(const Nodes<T>& nodes, Place place) {
    for (const T* node : nodes)
      if (node != nullptr) visit(*node, place);
  }

  void visit_children(const Node& node, Place place) {
    for_each_child(node, [&](const Node& child) { visit(child, place); });
  }

  void require(bool condition, const Node& node, const char* message) {
    if (!condition) error(module_, node, message);
  }

  void visit(const Node& node, Place place) {
    switch (node.kind) {
    case NodeKind::FunctionDef:
      return visit_function(*as<FunctionDef>(&node), place, false);
    case NodeKind::AsyncFunctionDef:
      return visit_function(*as<AsyncFunctionDef>(&node), place, true);
    case NodeKind::Lambda:
      visit(*as<Lambda>(&node)->args, place);
      return visit(*as<Lambda>(&node)->body, {.function = true});
    case NodeKind::GeneratorExp:
      return visit_generator(*as<GeneratorExp>(&node), place);
    case NodeKind::ClassDef:
      return visit_class(*as<ClassDef>(&node), place);
    case NodeKind::For:
      return visit_for(*as<For>(&node), place);
    case NodeKind::AsyncFor:
      require(place.async, node, "'async for' outside async function");
      return visit_for(*as<AsyncFor>(&node), place);
    case NodeKind::AsyncWith:
      require(place.async, node, "'async with' outside async function");
      return visit_children(node, place);
    case NodeKind::While:
      return visit_while(*as<While>(&node), place);
    case NodeKind::Return:
      require(place.function, node, "'return' outside function");
      return visit_children(node, place);
    case NodeKind::Yield:
    case NodeKind::YieldFrom:
      require(place.function, node, "'yield' outside function");
      require(node.kind == NodeKind::Yield || !place.async, node, "'yield from' inside async function");
      return visit_children(node, place);
    case NodeKind::Await:
      require(place.function, node, "'await' outside function");
      require(place.async, node, "'await' outside async function");
      return visit_children(node, place);
    case NodeKind::Break:
      return require(place.loop, node, "'break' outside loop");
    case NodeKind::Continue:
      return require(place.loop, node, "'continue' not properly in loop");
    case NodeKind::Try:
      check_handlers(as<Try>(&node)->handlers);
      return visit_children(node, place);
    case NodeKind::Assign:
      for (const Expression* target : as<Assign>(&node)->targets)
        require(target->kind != NodeKind::Starred, *target, "starred assignment target must be in a list or tuple");
      return visit_children(node, place);
    case NodeKind::Starred:
      error(module_, node, "can't use starred expression here");
    case NodeKind::List:
      return visit_elements(as<List>(&node)->elts, node, as<List>(&node)->ctx, place);
    case NodeKind::Tuple:
      return visit_elements(as<Tuple>(&node)->elts, node, as<Tuple>(&node)->ctx, place);
    case NodeKind::Set:
      return visit_elements(as<Set>(&node)->elts, node, Context::Load, place);
    case NodeKind::Call:
      visit(*as<Call>(&node)->func, place);
      return visit_arguments(as<Call>(&node)->args, as<Call>(&node)->keywords, place);
    case NodeKind::Name:
      return check_debug(as<Name>(&node)->id, node, as<Name>(&node)->ctx);
    case NodeKind::Arg:
      check_debug(as<Arg>(&node)->arg, node, Context::Store);
      return visit_annotation(as<Arg>(&node)->annotation, place);
    default:
      visit_children(node, place);
    }
  }

  template <class T> void visit_function(const T& function, Place place, bool async) {
    visit_all(function.decorator_list, place);
    visit(*function.args, place);
    if (function.returns != nullptr) visit(*function.returns, place);
    visit_all(function.body, {.function = true, .async = async});
  }

  // All but the first iterable belongs to the generator, which is asynchronous if it awaits.
  void visit_generator(const GeneratorExp& generator, Place place) {
    const Comprehension* first = generator.generators[0];
    visit(*first->iter, place);
    Place inside = {.function = true, .async = true};
    visit(*generator.elt, inside);
    for (const Comprehension* clause : generator.generators) {
      visit(*clause->target, inside);
      visit_all(clause->ifs, inside);
      if (clause != first) visit(*clause->iter, inside);
    }
  }

  // *args: *Ts is the one annotation with a star.
  void visit_annotation(const Expression* annotation, Place place) {
    if (annotation != nullptr) visit(without_star(*annotation), place);
  }

  void visit_class(const ClassDef& definition, Place place) {
    visit_all(definition.decorator_list, place);
    visit_arguments(definition.bases, definition.keywords, place);
    visit_all(definition.body, {});
  }

  template <class T> void visit_for(const T& loop, Place place) {
    require(loop.target->kind != NodeKind::Starred, *loop.target,
            "starred assignment target must be in a list or tuple");
    visit(*loop.target, place);
    visit(*loop.iter, place);
    visit_loop(loop, place);
  }

  void visit_while(const While& loop, Place place) {
    visit(*loop.test, place);
    visit_loop(loop, place);
  }

  template <class T> void visit_loop(const T& loop, Place place) {
    Place inside = place;
    inside.loop = true;
    visit_all(loop.body, inside);
    visit_all(loop.orelse, place);
  }

  // Elements of a display or a target: here a star may stand.
  void visit_elements(const Nodes<Expression>& elements, const Node& node, Context context, Place place) {
    int stars = 0;
    for (const Expression* element : elements) {
      stars += element->kind == NodeKind::Starred;
      require(context == Context::Load || stars < 2, node, "multiple starred expressions in assignment");
      visit(without_star(*element), place);
    }
  }

  void visit_arguments(const Nodes<Expression>& args, const Nodes<Keyword>& keywords, Place place) {
    std::set<std::string_view> seen;
    for (const Keyword* keyword : keywords)
      if (keyword->arg && !seen.insert(*keyword->arg).second)
        error(module_, *keyword, fmt::format("keyword argument repeated: {}", *keyword->arg));
    for (const Expression* arg : args) visit(without_star(*arg), place);
    visit_all(keywords, place);
  }

  void check_handlers(const Nodes<ExceptHandler>& handlers) {
    for (const ExceptHandler* handler : handlers)
      require(handler->type != nullptr || handler == handlers.back(), *handler, "default 'except:' must be last");
  }

  void check_debug(const std::string& name, const Node& node, Context context) {
    require(context == Context::Load || name != "__debug__", node,
            context == Context::Del ? "cannot delete __debug__" : "cannot assign to __debug__");
  }

  const Module& module_;
};

} // namespace

void check_tree(const Module& module) {
  check_height(module);
  check_names(module, module, true);
  FlowChecker(module).run();
}

} // namespace pyvm::syntax
