#pragma once
// Arrays that a prange adds to as a whole: `hist += row`, with hist an array from before the loop (DESIGN section 6).
//
// The rules. The loop has blocks of ceil(n / 64) iterations, for all of its reductions. Each block works on a private
// copy that begins as the operator's identity (-0.0, 1, ...), in iteration order: `hist` in the body is that copy, so
// that kinds, shapes and errors are those of the plain loop. Copies join by section 6's tree, elementwise, in hist's
// dtype (+ for -=, * for /=). The total joins hist last, in place: whoever else knows the array sees it then.
//
// An exception at iteration f: hist is joined with the blocks before f's, and with what f's block had until it raised,
// by the same tree. So it holds what all iterations before f contributed, the same bits on any number of threads. Who
// stops the loop with Ctrl-C finds hist as it was.
//
// In order, with the plain loop's bits, runs a loop where this would show: hist is replaced instead of added to
// (`hist = hist + row`), shares memory with another array that the body names, has elements that overlap each other, is
// read-only, or the operator does not give back its dtype. These are facts of the input, so that bits never depend on
// threads or on what was compiled. (What the body reads of hist itself, or hist as an argument of a call, makes it no
// reduction at all: vm/compile/classify.cpp.)
//
// Memory. A copy joins its sibling in the tree as soon as both have ended, and is used again: there are as many copies
// as threads that work, and for each of them those that wait for a sibling, six at most. Where copies are huge one
// thread runs all blocks, so that seven are the most.

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "vm/bytecode/code.h"
#include "vm/interp/frame.h"
#include "vm/object/array.h"
#include "vm/object/objects.h"
#include "vm/semantics/reduction.h"

namespace pyvm {

constexpr std::int64_t most_blocks_of_an_array = 64;

// Iterations in a block of a loop that accumulates arrays.
std::int64_t block_size_with_arrays(std::int64_t iterations);

// Why a loop that would accumulate this variable, which holds an array, has to run in order; empty when it need not.
// The frame is as the loop is entered.
std::string accumulates_in_order(const Frame& frame, const LoopInfo& loop, const LoopVariable& variable);

class ArrayAccumulator {
public:
  ArrayAccumulator(ReductionOp op, const Value& target, std::int64_t blocks);
  ArrayAccumulator(const ArrayAccumulator&) = delete;
  ArrayAccumulator& operator=(const ArrayAccumulator&) = delete;

  // One thread has to run all blocks, in ascending order.
  bool is_huge() const;

  // From any thread. A copy for a block to work on, full of identities; MemoryError.
  Value begin_block();
  // The block has run. The copy is not the caller's any more.
  void end_block(CallContext& context, std::int64_t block, Value copy);
  // The block has raised.
  void leave_block(std::int64_t block, Value copy);

  // After all of them, on the thread that entered the loop: all blocks have ended.
  void join(CallContext& context);
  // All below this one have ended, and it has raised.
  void join_until(CallContext& context, std::int64_t block);

  // What blocks have left so far: of each subtree that waits for its sibling, and of a block that has raised.
  using Node = std::pair<int, std::int64_t>; // level, 0 that of the blocks, and place there
  static constexpr int raised = -1;          // in place of the level
  using Parts = std::map<Node, Value>;
  Parts parts() const;
  // What another one has of the same loop, from blocks that this one has not had.
  void take_over(CallContext& context, ArrayAccumulator& other);

private:
  std::unique_lock<std::mutex> hold();
  void add(CallContext& context, Node node, Value copy);
  Value take(const Node& node);
  void combine(CallContext& context, const Value& into, const Value& from) const;

  ReductionOp op_;
  Value target_;
  std::int64_t blocks_;
  std::mutex mutex_;                   // guards the rest
  Parts waiting_;                      // subtrees of which the sibling has not ended
  std::map<std::int64_t, Value> left_; // of a block that has raised, or, by the number of blocks, of all
  std::vector<Value> spare_;
};

// The other kind: an array of ints that iterations do nothing with but update elements of, `h[e] += x` (the tracer
// finds such, tracer/nest/accumulators.h). Updates commute to the bit, so that any number of copies gives the same.
// Each thread takes one for as long as it runs, the first the array itself.
class ThreadCopies {
public:
  ThreadCopies(ReductionOp op, const Value& target) : op_(op), target_(target.lent()) {}
  ThreadCopies(const ThreadCopies&) = delete;
  ThreadCopies& operator=(const ThreadCopies&) = delete;

  // So much that copies are not worth their time, or their memory.
  static bool is_huge(const Array& array, double predicted_microseconds);

  // From any thread; MemoryError.
  Value take();
  void give_back(Value copy);
  // On the thread that entered the loop, after all have been given back: also when the loop has failed.
  void join(CallContext& context);

private:
  ReductionOp op_;
  Value target_;
  std::mutex mutex_; // guards the rest
  bool target_taken_ = false;
  std::vector<Value> idle_, all_;
};

} // namespace pyvm
