#include "vm/object/store_log.h"

#include <atomic>
#include <cstring>

#include "vm/support/assert.h"

namespace pyvm {

namespace {

constexpr std::size_t first_places = 256;

std::uint64_t bytes_at(const std::byte* at, ScalarKind kind) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, size_of(kind));
  return bytes;
}

void put_bytes(std::byte* at, ScalarKind kind, std::uint64_t bytes) { std::memcpy(at, &bytes, size_of(kind)); }

ScalarBits scalar_of(ScalarKind kind, std::uint64_t bytes) {
  std::byte memory[sizeof bytes];
  std::memcpy(memory, &bytes, sizeof bytes);
  return load_scalar(kind, memory);
}

} // namespace

std::uint64_t& Maker::of_this_thread() {
  static thread_local std::uint64_t log = 0;
  return log;
}

StoreLog::StoreLog(CallContext& context) : context_(context), stream_(context.iteration_stream), places_(first_places) {
  if (stream_) stream_before_ = *stream_;
  static std::atomic<std::uint64_t> logs{0};
  PYVM_ASSERT(!context.store_log && Maker::of_this_thread() == 0, "a thread has one store log");
  number_ = logs.fetch_add(1, std::memory_order_relaxed) + 1;
  context.store_log = this;
  Maker::of_this_thread() = number_;
}

StoreLog::~StoreLog() {
  if (live_) roll_back();
}

void StoreLog::note_all(const Array& array) {
  if (is_private(array)) return;
  for (ElementCursor cursor(array); !cursor.done(); cursor.advance()) add(cursor.at(), array.dtype);
}

// Where the element stands in places_, or the free place for it.
std::size_t StoreLog::place_of(const std::byte* at, ScalarKind kind) const {
  const std::size_t mask = places_.size() - 1;
  std::size_t place = (reinterpret_cast<std::uintptr_t>(at) * 0x9e3779b97f4a7c15u >> 20) & mask;
  for (; places_[place] != 0; place = (place + 1) & mask) {
    const Entry& entry = entries_[places_[place] - 1];
    if (entry.at == at && size_of(entry.kind) == size_of(kind)) break;
  }
  return place;
}

void StoreLog::grow() {
  places_.assign(places_.size() * 2, 0);
  for (std::size_t k = 0; k < entries_.size(); ++k)
    places_[place_of(entries_[k].at, entries_[k].kind)] = static_cast<std::uint32_t>(k + 1);
}

void StoreLog::add(std::byte* at, ScalarKind kind) {
  const std::size_t place = place_of(at, kind);
  if (places_[place] != 0) return;
  if (entries_.size() == UINT32_MAX - 1) throw Unrepeatable{"more stores than a log holds"};
  entries_.push_back({at, kind, bytes_at(at, kind), 0});
  places_[place] = static_cast<std::uint32_t>(entries_.size());
  if (entries_.size() * 2 > places_.size()) grow();
}

// Elements of arrays of unlike dtypes may overlap: all are read before any is put back, the newest first.
void StoreLog::roll_back() {
  live_ = false;
  context_.store_log = nullptr;
  Maker::of_this_thread() = 0;
  if (stream_) {
    stream_logged_ = *stream_;
    *stream_ = stream_before_;
  }
  for (Entry& entry : entries_) entry.logged = bytes_at(entry.at, entry.kind);
  for (std::size_t k = entries_.size(); k-- > 0;) put_bytes(entries_[k].at, entries_[k].kind, entries_[k].before);
}

std::optional<StoreLog::Difference> StoreLog::difference() const {
  std::optional<Difference> first;
  for (const Entry& entry : entries_) {
    const ScalarBits found = load_scalar(entry.kind, entry.at), logged = scalar_of(entry.kind, entry.logged);
    if (same_bits(entry.kind, found, logged)) continue;
    if (!first) first = Difference{entry.at, entry.kind, logged, found, 0};
    ++first->count;
  }
  return first;
}

bool StoreLog::covers(const std::byte* byte) const {
  for (const ScalarKind kind : {ScalarKind::Int8, ScalarKind::Int16, ScalarKind::Int32, ScalarKind::Int64})
    for (std::size_t k = 0; k < size_of(kind); ++k)
      if (places_[place_of(byte - k, kind)] != 0) return true;
  return false;
}

void StoreLog::write_back() const {
  if (stream_) *stream_ = stream_logged_;
  for (const Entry& entry : entries_) put_bytes(entry.at, entry.kind, entry.logged);
}

void leaves_marks(const char* what) {
  if (Maker::of_this_thread() != 0) throw Unrepeatable{what};
}

} // namespace pyvm
