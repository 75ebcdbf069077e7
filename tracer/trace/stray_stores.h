// What compiled code has stored where the interpreter stores nothing (verify.h): a store whose mask was lost, or that
// went to another element. The log of the interpreter's stores does not know such an element, so the region's arrays
// are copied before the second run and compared after it.
//
// That says something only where nobody else can have written: with one thread in the program, beside the ticker
// (ticker.h). And it is only worth its time where the arrays are small. Else nothing is looked for.
#pragma once

#include <string>
#include <vector>

#include "tracer/record/recorder.h"
#include "vm/interp/frame.h"
#include "vm/object/store_log.h"

namespace pyvm::tracer {

class StrayStores {
public:
  // Of the arrays that a region is entered with.
  StrayStores(const Frame& frame, const Recording& recording);

  // The first byte that has changed since, of no element in the log; null when there is none.
  std::byte* find(const StoreLog& log) const;
  // Puts everything back as it was.
  void undo() const;
  // The element with that byte: "a[3]: interpreted does not store, compiled stores float64 1.5 over 0".
  std::string text(std::byte* at, const Frame& frame, const Recording& recording) const;

private:
  struct Copy {
    std::byte* begin;
    std::vector<std::byte> bytes;
    ScalarKind kind;
  };
  std::vector<Copy> copies_;
};

} // namespace pyvm::tracer
