// Memory of large arrays: whole pages straight from the system, on huge pages where it has them.
//
// What an array leaves is kept for the next one of the same size, because the system clears each page that it gives
// out, which for a kernel that makes its result takes as long as filling it. Kept pages are marked as free: the system
// takes them back when it needs memory. At most `most_kept_blocks` blocks and `most_kept_bytes` bytes are kept. Any
// thread may call; nothing here waits, so that a child forked at any moment can go on.
//
// A thread with nothing to do can get pages for others: while a loop is compiled for the first time, the new worker does
// so for the array that the loop will fill (half of the time of such a call was the system's clearing of pages).
#pragma once

#include <cstddef>

namespace pyvm {

inline constexpr std::size_t most_kept_blocks = 4, most_kept_bytes = std::size_t{128} << 20;
inline constexpr std::size_t most_populated_bytes = std::size_t{32} << 20;

// At least `bytes` (more than 0), aligned to a huge page; all zero if asked for, else with any contents. Null when
// there is no memory.
std::byte* allocate_large(std::size_t bytes, bool zeroed);
// Takes what allocate_large gave for `bytes`.
void release_large(std::byte* data, std::size_t bytes);

// Has the system give a huge page's worth of memory to the block that was mapped last, in its first
// `most_populated_bytes` bytes. False when those have theirs, or when the system cannot be asked.
bool populate_new_block();

} // namespace pyvm
