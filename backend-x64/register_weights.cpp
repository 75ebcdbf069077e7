// See register_weights.h. A loop is what lies between a label and the last jump back to it.

#include "backend-x64/register_weights.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

namespace pyvm::x64 {

namespace {

using asmjit::BaseNode;
using asmjit::InstNode;

constexpr unsigned weight_of_a_loop = 60, most_weight = 255;

struct Code {
  std::vector<const BaseNode*> nodes;
  std::vector<int> depth; // by node: how many loops are around
};

Code code_until(const asmjit::x86::Compiler& compiler, const BaseNode* end) {
  Code code;
  std::unordered_map<std::uint32_t, std::size_t> label_at;
  for (const BaseNode* node = compiler.firstNode(); node != nullptr; node = node->next()) {
    if (node->isLabel()) label_at[node->as<asmjit::LabelNode>()->labelId()] = code.nodes.size();
    code.nodes.push_back(node);
    if (node == end) break;
  }
  std::unordered_map<std::size_t, std::size_t> last_jump_to;
  for (std::size_t at = 0; at < code.nodes.size(); ++at) {
    if (!code.nodes[at]->isInst()) continue;
    const auto* inst = code.nodes[at]->as<InstNode>();
    for (std::uint32_t k = 0; k < inst->opCount(); ++k)
      if (inst->op(k).isLabel())
        if (const auto found = label_at.find(inst->op(k).id()); found != label_at.end() && found->second <= at)
          last_jump_to[found->second] = at;
  }
  std::vector<int> change(code.nodes.size() + 1);
  for (const auto& [first, last] : last_jump_to) {
    ++change[first];
    --change[last + 1];
  }
  int depth = 0;
  for (std::size_t at = 0; at < code.nodes.size(); ++at) code.depth.push_back(depth += change[at]);
  return code;
}

void weigh(asmjit::x86::Compiler& compiler, std::uint32_t id, int depth) {
  if (!compiler.isVirtIdValid(id)) return;
  asmjit::VirtReg* reg = compiler.virtRegById(id);
  reg->setWeight(std::max(reg->weight(), std::min(most_weight, weight_of_a_loop * static_cast<unsigned>(depth))));
}

} // namespace

void weigh_registers(asmjit::x86::Compiler& compiler, const BaseNode* hot_end) {
  const Code code = code_until(compiler, hot_end);
  for (std::size_t at = 0; at < code.nodes.size(); ++at) {
    if (!code.nodes[at]->isInst()) continue;
    const auto* inst = code.nodes[at]->as<InstNode>();
    for (std::uint32_t k = 0; k < inst->opCount(); ++k) {
      const asmjit::Operand& operand = inst->op(k);
      if (operand.isReg()) weigh(compiler, operand.id(), code.depth[at]);
      if (!operand.isMem()) continue;
      const auto& memory = operand.as<asmjit::BaseMem>();
      if (memory.hasBaseReg()) weigh(compiler, memory.baseId(), code.depth[at]);
      if (memory.hasIndexReg()) weigh(compiler, memory.indexId(), code.depth[at]);
    }
  }
}

} // namespace pyvm::x64
