// Whether iterations of a loop touch each other's memory (DESIGN 3), decided with the addresses, strides and scalars of
// one entry.
//
// Every store of the loop is paired with every access that may reach the same memory. For two iterations i and j of the
// loop, i != j, a pair meets when all subscripts agree (accesses of one array) or the bytes overlap (arrays that share
// memory). Both are questions about one affine difference  a * i - b * j + r  with r in an interval: outer loops are
// the same for both, inner loops run freely. The answers:
//
//   never   one dimension separates the iterations (an injective subscript), or no solution lies within the trips
//   proven  a solution exists: constant distance, crossing lines, or a place that does not depend on the loop at all
//   maybe   a subscript is not affine, or inner loops leave an interval
//
// proven: the loop runs in order. maybe: it is independent if the user declared it (prange), except that an update
// `h[e] op= x` is taken for what it is; otherwise it runs in order. Conditions are ignored: what is written under one
// is taken to be written.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tracer/nest/numbers.h"
#include "tracer/nest/plan_reasons.h"

namespace pyvm::tracer::nest {

struct SubscriptFacts {
  std::optional<Form> form;
  bool may_wrap = false;         // an `index` into the array's dimension stands between form and subscript
  std::vector<Form> in_views;    // what goes through other `index`es on the way: the form holds where none is negative
  ir::ValueId value = ir::no_id; // in the region that was read; equal ids are equal numbers in one iteration
  LoopId made_in = none;         // the innermost loop around its definition
};

struct AccessFacts {
  bool is_store = false;
  bool is_update = false; // a store of something computed from a load of the same place
  std::uint16_t slot = 0;
  LoopId around = none;
  int line = 0;
  std::vector<SubscriptFacts> subscripts;
};

// All that the tests need of a region.
struct DependenceFacts {
  LoopTable table;
  std::vector<ir::ArraySlot> slots;
  std::vector<AccessFacts> accesses;
};

// `grain`: the user declared the iterations of the ordinal loop independent.
DependenceFacts find_dependences(Nest& nest, bool grain);

struct Order {
  Reason reason = Reason::None; // None: independent
  std::uint16_t slot = 0, other_slot = 0;
  int line = 0, other_line = 0;
  std::int64_t distance = 0; // in iterations, where it is constant; else 0
  bool is_doubted = false;   // independent by the user's word alone: something may be shared
  bool independent() const { return reason == Reason::None; }
};

// Of one loop of the table, with the ordinal in [begin, end). The loop's carried values are not looked at, nor the
// arrays of the slots `apart`.
Order order_of(const DependenceFacts& facts, LoopId loop, const std::uint64_t* scalars,
               const ir::ArrayDescriptor* arrays, std::int64_t begin, std::int64_t end,
               const std::vector<std::uint16_t>& apart = {});

// How a guest register is called.
using RegisterName = std::function<std::string(std::uint16_t guest_register)>;
// What fills the reason's sentence: the arrays, lines and distance.
std::string detail_of(const Order& order, const std::vector<ir::ArraySlot>& slots, const RegisterName& name);
std::string sentence_of(const Order& order, const std::vector<ir::ArraySlot>& slots, const RegisterName& name);
std::string default_register_name(std::uint16_t guest_register);

// ---- for tests --------------------------------------------------------------------------------------------

enum class Meeting : std::uint8_t { Never, Proven, Maybe };
// Whether x * i - y * j = c for some i != j in [0, count).
Meeting lines_meet(Wide x, Wide y, Wide c, Wide count);

} // namespace pyvm::tracer::nest
