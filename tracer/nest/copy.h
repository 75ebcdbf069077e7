// Copies a region, instruction by instruction, through a Builder: the frame of every rewrite in this folder. A rewrite
// derives from it and treats the instructions it cares about; what it leaves alone is copied.
#pragma once

#include <map>
#include <vector>

#include "tracer/ir/builder.h"

namespace pyvm::tracer::nest {

class Copier {
public:
  // `to` is overwritten. Both must outlive the copier.
  Copier(const ir::Region& from, ir::Region& to);
  virtual ~Copier() = default;
  void run();

protected:
  // Writes the copy of one instruction and of what it owns.
  virtual void instruction(ir::InstructionId id);
  void copy(ir::InstructionId id);
  void body(const ir::Body& body);

  // What stands for a value of `from` in the copy.
  ir::ValueId at(ir::ValueId value) const { return map_[value]; }
  std::vector<ir::ValueId> at(const std::vector<ir::ValueId>& values, std::size_t first = 0) const;
  void set(ir::ValueId value, ir::ValueId in_copy) { map_[value] = in_copy; }
  void set(const std::vector<ir::ValueId>& values, const std::vector<ir::ValueId>& in_copy);
  // The copy of an exit; called where it is used. Each is copied once until forget_exits().
  virtual ir::ExitId exit(ir::ExitId id);
  void forget_exits() { exits_.clear(); }
  static ir::Attributes attributes_of(const ir::Region& region, const ir::Instruction& it);

  const ir::Region& from_;
  ir::Region& to_;
  ir::Builder build_;
  std::map<ir::ExitId, ir::ExitId> exits_;

private:
  void control(const ir::Instruction& it);
  std::vector<ir::Type> types_of(const std::vector<ir::ValueId>& values) const;

  std::vector<ir::ValueId> map_; // by value of `from`
};

} // namespace pyvm::tracer::nest
