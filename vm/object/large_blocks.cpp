// Mapping pages, and the few blocks that are kept.
#include "vm/object/large_blocks.h"

#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <cstring>

namespace pyvm {

namespace {

constexpr std::size_t page = 4096, huge_page = std::size_t{2} << 20;

// Zero when there are more than memory can hold.
std::size_t whole_pages(std::size_t bytes) {
  const std::size_t used = (bytes + page - 1) / page * page;
  return used < bytes || used > SIZE_MAX - huge_page ? 0 : used;
}

// The mapping begins on a huge page's boundary: a larger range is reserved and its ends are given back.
std::byte* map(std::size_t used) {
  void* reserved = mmap(nullptr, used + huge_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (reserved == MAP_FAILED) return nullptr;
  auto* low = static_cast<std::byte*>(reserved);
  const std::size_t head = (huge_page - reinterpret_cast<std::uintptr_t>(low) % huge_page) % huge_page;
  if (head) munmap(low, head);
  munmap(low + head + used, huge_page - head);
  // A kernel without huge pages refuses the advice, which costs nothing but speed.
  static_cast<void>(madvise(low + head, used, MADV_HUGEPAGE));
  return low + head;
}

// A place for one block. Whoever has taken it from Empty or Full to Busy owns the other members.
struct Place {
  enum State : int { Empty, Busy, Full };
  std::atomic<State> state = Empty;
  std::byte* data = nullptr;
  std::size_t used = 0;

  bool take(State from) { return state.compare_exchange_strong(from, Busy, std::memory_order_acquire); }
  void leave(State as) { state.store(as, std::memory_order_release); }
};

Place places[most_kept_blocks];
std::atomic<std::size_t> kept_bytes = 0;
std::atomic<unsigned> next_to_go = 0;

std::byte* take_kept(std::size_t used) {
  for (Place& place : places) {
    if (!place.take(Place::Full)) continue;
    if (place.used != used) {
      place.leave(Place::Full);
      continue;
    }
    std::byte* const data = place.data;
    kept_bytes -= used;
    place.leave(Place::Empty);
    return data;
  }
  return nullptr;
}

// One block goes back to the system; false when there is none.
bool drop_one() {
  const unsigned first = next_to_go.fetch_add(1, std::memory_order_relaxed);
  for (unsigned k = 0; k < most_kept_blocks; ++k) {
    Place& place = places[(first + k) % most_kept_blocks];
    if (!place.take(Place::Full)) continue;
    munmap(place.data, place.used);
    kept_bytes -= place.used;
    place.leave(Place::Empty);
    return true;
  }
  return false;
}

bool put_into_place(std::byte* data, std::size_t used) {
  for (Place& place : places) {
    if (!place.take(Place::Empty)) continue;
    place.data = data;
    place.used = used;
    place.leave(Place::Full);
    return true;
  }
  return false;
}

// Room is made before the block is put away: older blocks are of sizes that were not asked for since.
bool keep(std::byte* data, std::size_t used) {
  if (used > most_kept_bytes || madvise(data, used, MADV_FREE) != 0) return false;
  kept_bytes += used;
  do {
    if (kept_bytes <= most_kept_bytes && put_into_place(data, used)) return true;
  } while (drop_one());
  kept_bytes -= used;
  return false;
}

} // namespace

std::byte* allocate_large(std::size_t bytes, bool zeroed) {
  const std::size_t used = whole_pages(bytes);
  if (used == 0) return nullptr;
  if (std::byte* const data = take_kept(used)) {
    // New pages are zero, but to get them costs 1.3 to 4 times as much (4 to 120 MB, on Zen 4).
    if (zeroed) std::memset(data, 0, bytes);
    return data;
  }
  // Kept blocks cost addresses even where the system has taken their pages back.
  while (true) {
    if (std::byte* const data = map(used)) return data;
    if (!drop_one()) return nullptr;
  }
}

void release_large(std::byte* data, std::size_t bytes) {
  const std::size_t used = whole_pages(bytes);
  if (!keep(data, used)) munmap(data, used);
}

} // namespace pyvm
