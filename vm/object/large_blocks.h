// Memory of large arrays: whole pages straight from the system, on huge pages where it has them.
//
// What an array leaves is kept for the next one of the same size, because the system clears each page that it gives
// out, which for a kernel that makes its result takes as long as filling it. Kept pages are marked as free: the system
// takes them back when it needs memory. At most `most_kept_blocks` blocks and `most_kept_bytes` bytes are kept. Any
// thread may call; nothing here waits, so that a child forked at any moment can go on.
#pragma once

#include <cstddef>

namespace pyvm {

inline constexpr std::size_t most_kept_blocks = 4, most_kept_bytes = std::size_t{128} << 20;

// At least `bytes` (more than 0), aligned to a huge page; all zero if asked for, else with any contents. Null when
// there is no memory.
std::byte* allocate_large(std::size_t bytes, bool zeroed);
// Takes what allocate_large gave for `bytes`.
void release_large(std::byte* data, std::size_t bytes);

} // namespace pyvm
