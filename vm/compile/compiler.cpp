#include "vm/compile/compiler.h"

#include "vm/compile/function_compiler.h"
#include "vm/syntax/refuse.h"

namespace pyvm {

Ref<Code> compile_module(const std::shared_ptr<const syntax::Module>& module) {
  syntax::refuse_unsupported(*module, module->source);
  auto scope = analyse_scopes(*module, module->source);
  auto code = make<Code>();
  code->name = code->qualified_name = "<module>";
  code->source = module->source;
  code->tree_owner = module;
  KernelOptions options;
  FunctionCompiler(*code, *scope, nullptr, options, nullptr).compile_module_body(*module);
  return code;
}

Ref<Code> compile_njit(const FunctionTree& tree, const KernelOptions& options, NameResolver& resolver,
                       const Casts& casts) {
  syntax::refuse_unsupported(*tree.node, tree.source);
  auto scope = analyse_scopes(*tree.node, tree.source);
  auto code = make<Code>();
  auto* def = syntax::cast_if<syntax::FunctionDef>(tree.node);
  code->name = def ? def->name : "<lambda>";
  code->qualified_name = tree.qualified_name.empty() ? code->name : tree.qualified_name;
  code->dialect = Dialect::Njit;
  code->parallel = options.parallel;
  code->fastmath = options.fastmath;
  code->source = tree.source;
  code->tree_owner = tree.owner;
  FunctionCompiler compiler(*code, *scope, &resolver, options, nullptr);
  compiler.set_casts(casts);
  compiler.compile_function_body(*tree.node);
  return code;
}

FunctionTree tree_of(const Code& code) {
  return {code.tree_owner, static_cast<const syntax::Node*>(code.tree), code.source, code.qualified_name};
}

} // namespace pyvm
