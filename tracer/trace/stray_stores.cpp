#include "tracer/trace/stray_stores.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "tracer/trace/differences.h"
#include "tracer/trace/log.h"
#include "tracer/trace/tracer.h"
#include "vm/object/array.h"

namespace pyvm::tracer {

namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 16;

// A folder has a link for each folder inside, and two of its own.
bool is_alone() {
  constexpr nlink_t program_and_ticker = 2 + 2;
  struct stat threads;
  return services().num_threads() == 1 && stat("/proc/self/task", &threads) == 0 &&
         threads.st_nlink <= program_and_ticker;
}

} // namespace

StrayStores::StrayStores(const Frame& frame, const Recording& recording) {
  if (!is_alone()) return;
  std::size_t bytes = 0;
  for (std::size_t slot = 0; slot < recording.arrays.size(); ++slot) {
    const ArraySource& source = recording.arrays[slot];
    if (recording.region.arrays[slot].is_scratch() || !source.guest_register) continue;
    const Array& array = frame.registers[*source.guest_register].as<Array>();
    if (!array.writable || array.size() == 0) continue;
    const MemoryExtent extent = array.extent();
    bytes += static_cast<std::size_t>(extent.end - extent.begin);
    if (bytes > most_bytes) {
      copies_.clear();
      return;
    }
    copies_.push_back({extent.begin, {extent.begin, extent.end}, array.dtype});
  }
}

std::byte* StrayStores::find(const StoreLog& log) const {
  for (const Copy& copy : copies_) {
    if (std::memcmp(copy.begin, copy.bytes.data(), copy.bytes.size()) == 0) continue;
    for (std::size_t k = 0; k < copy.bytes.size(); ++k)
      if (copy.begin[k] != copy.bytes[k] && !log.covers(copy.begin + k)) return copy.begin + k;
  }
  return nullptr;
}

void StrayStores::undo() const {
  for (const Copy& copy : copies_) std::copy(copy.bytes.begin(), copy.bytes.end(), copy.begin);
}

std::string StrayStores::text(std::byte* at, const Frame& frame, const Recording& recording) const {
  const auto copy = std::find_if(copies_.begin(), copies_.end(),
                                 [at](const Copy& c) { return at >= c.begin && at < c.begin + c.bytes.size(); });
  const std::size_t size = size_of(copy->kind), from = static_cast<std::size_t>(at - copy->begin) / size * size;
  const auto scalar = [&](const std::byte* memory) {
    return value_text(Value::njit_scalar(copy->kind, load_scalar(copy->kind, memory)));
  };
  return fmt::format("{}: interpreted does not store, compiled stores {} over {}",
                     place_text(frame, recording, copy->begin + from), scalar(copy->begin + from),
                     scalar(copy->bytes.data() + from));
}

} // namespace pyvm::tracer
