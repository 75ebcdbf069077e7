#pragma once
// Test cases of the IR in text files, for every tier: `tests/ir/cases/*.ir`.
//
//   ; what the case shows
//   region ...                        the input
//
//   ; run: hoist, promote             passes of tracer/opt in order (or: optimise); `disjoint` before them says that
//   region ...                        arrays of different slots share no memory, `in_range` behind that that subscripts
//                                     made of loop indices are checked. Then the region that comes out.
//
//   ; evaluate 0 4                    a grain, and what it finds
//   scalars 3 1.5                     the scalar slots in order
//   array 0 shape 2 2 data 1 2 3 4    elements in C order; `strides 32 16` (bytes) before `data` for others than C's
//   array 1 shape 3 strides 8 shares 0 offset 8     memory of an earlier array, from that byte on
//   block_start 0                     of the lane record; the grain's begin when it is not given
//   ; gives                           what the region answers, on every tier and after every run:
//   end                               or: exit "reason" pc 3 ordinal 2 gang 1
//   value 0: 5                        each operand of the exit
//   array 0: 2 4 6 8                  each writable array
//   lanes 0: 0 0 ...                  each accumulator; a lane starts with the identity of its reduction
//   touched 0: 1
//
// Any NaN is printed as nan.

#include <functional>
#include <string>
#include <vector>

#include "tracer/ir/ir.h"
#include "tracer/ir/region_abi.h"

namespace pyvm::ir_test {

struct ArrayInput {
  std::size_t slot = 0;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides; // bytes
  std::vector<ScalarBits> data;      // in C order
  int shares = -1;                   // slot whose memory this is
  std::int64_t offset = 0;           // in it, bytes
};

struct Evaluation {
  std::int64_t begin = 0, end = 0, block_start = 0;
  std::vector<ScalarBits> scalars{};
  std::vector<ArrayInput> arrays{};
  std::string gives{};
  int line = 0; // in the file
};

struct PassRun {
  std::vector<std::string> passes;
  bool disjoint = false;
  bool in_range = false;
  std::string expected; // text of the region
  int line = 0;
};

struct IrCase {
  std::string path;
  std::string input_text;
  ir::Region input;
  std::vector<PassRun> runs;
  std::vector<Evaluation> evaluations;
  std::vector<std::string> evaluation_texts; // as they stand in the file
};

// Throws std::runtime_error that begins with path:line when the file is no case.
IrCase load_ir_case(const std::string& path);
// The file's text with the answers that the case holds now.
std::string text_of(const IrCase& test);

// Runs the grain on fresh memory by `execute` - compiled code, or the evaluator - and prints what came of it.
// `region` tells slots and exits; it must be the one that `execute` runs.
using Execute = std::function<std::int64_t(ir::RegionContext*, std::int64_t begin, std::int64_t end)>;
std::string outcome(const ir::Region& region, const Evaluation& evaluation, const Execute& execute);
// The same, by the evaluator.
std::string evaluated_outcome(const ir::Region& region, const Evaluation& evaluation);

} // namespace pyvm::ir_test
