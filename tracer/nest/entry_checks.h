// What has to hold of an entry's numbers so that code without its own checks may run (DESIGN 5, "Bounds").
//
// A row of `bounds` says that a subscript, an affine form, lies in [0, length) over all iterations that run it. The
// region's code then has no `index` for it. A row that fails raises nothing: `next_piece` clips the iterations to those
// that pass, and the others run in the careful code, which checks each subscript where it stands. Subscripts that wrap
// (negative ones) fail, too, and find their meaning there; only a negative constant is taken from the end here.
// A subscript that is no such form may have a known greatest value (a byte, a remainder): then the row is about that.
// Whether a subscript stands under a condition plays no part: a row that is stricter than the program costs time, never
// an answer. A row inside a loop that has no iteration holds.
//
// The other lists are about arrays as a whole: which of them must not share memory, and which have unit stride.
#pragma once

#include <cstdint>
#include <vector>

#include "tracer/nest/numbers.h"

namespace pyvm::tracer::nest {

struct BoundsCheck {
  Form place, length;
  LoopId around = none;
  std::uint16_t slot = 0;
  std::uint8_t dimension = 0;
  int line = 0;
};

// No byte belongs to elements of both; with first == second: to two elements of that array.
struct Disjoint {
  std::uint16_t first = 0, second = 0;
  friend bool operator==(const Disjoint&, const Disjoint&) = default;
};

// The dimension's stride is the element's size.
struct UnitStride {
  std::uint16_t slot = 0;
  std::uint8_t dimension = 0;
  friend bool operator==(const UnitStride&, const UnitStride&) = default;
};

struct EntryChecks {
  LoopTable table;
  std::vector<ir::ArraySlot> slots;
  std::vector<BoundsCheck> bounds;
  std::vector<Disjoint> disjoint;
  std::vector<UnitStride> unit_strides;
};

// An `index` that a row makes needless, and what stands for it.
struct HoistedIndex {
  ir::InstructionId index = ir::no_id;
  bool from_end = false; // subscript + length, else the subscript
  std::size_t row = 0;   // of the bounds
};

struct HoistableBounds {
  std::vector<BoundsCheck> rows;
  std::vector<HoistedIndex> indices;
};
// Every `index` whose subscript (or its greatest value) and length are forms over loops with known bounds, with the
// rows it needs.
HoistableBounds find_hoistable(Nest& nest);

// The region without these `index` instructions.
ir::Region without_indices(const ir::Region& region, const std::vector<HoistedIndex>& hoisted);

// Bytes [first, last) that an array's elements lie in; empty: first == last.
struct Extent {
  Wide first = 0, last = 0;
  bool meets(const Extent& other) const { return first < other.last && other.first < last; }
};
Extent extent_of(const ir::ArrayDescriptor& array, const ir::ArraySlot& slot);
// False when two elements may share memory.
bool has_separate_elements(const ir::ArrayDescriptor& array, const ir::ArraySlot& slot);
bool are_disjoint(const Disjoint& pair, const std::vector<ir::ArraySlot>& slots, const ir::ArrayDescriptor* arrays);

// The checks with the numbers of one entry. Made once for all grains of a loop; safe to share between threads.
// `checks` must outlive it; scalars and arrays are read by the constructor alone.
class Entry {
public:
  Entry(const EntryChecks& checks, const std::uint64_t* scalars, const ir::ArrayDescriptor* arrays);

  const Numbers& numbers() const { return numbers_; }
  // The arrays are disjoint and of the strides that they must be. If not, no iteration may run unchecked.
  bool arrays_hold() const { return arrays_hold_; }
  // One row of the bounds holds for iterations [begin, end).
  bool row_holds(std::size_t row, std::int64_t begin, std::int64_t end) const;
  // Iterations [begin, end) may run unchecked.
  bool holds(std::int64_t begin, std::int64_t end) const;
  // How many iterations from `begin` may, at most end - begin.
  std::int64_t longest_prefix(std::int64_t begin, std::int64_t end) const;

  struct Piece {
    std::int64_t count = 0; // at least 1
    bool fast = false;
  };
  // What to run next of [begin, end), begin < end: as many as may run unchecked, or else those that must run careful.
  Piece next_piece(std::int64_t begin, std::int64_t end) const;

private:
  struct Row {
    bool known = false;
    Linear place;
    Wide length = 0;
    LoopId around = none;
  };
  Numbers numbers_;
  std::vector<Row> rows_;
  bool arrays_hold_ = true;
};

} // namespace pyvm::tracer::nest
