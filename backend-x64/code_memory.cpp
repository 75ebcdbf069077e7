// Code mappings by mmap and mprotect. See code_memory.h.

#include "backend-x64/code_memory.h"

#include <sys/mman.h>
#include <unistd.h>

namespace pyvm::x64 {

std::shared_ptr<CodeMemory> CodeMemory::reserve(std::size_t bytes) {
  static const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::size_t rounded = (bytes + page - 1) / page * page;
  void* address = mmap(nullptr, rounded, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED) return nullptr;
  return std::shared_ptr<CodeMemory>(new CodeMemory(address, rounded));
}

CodeMemory::~CodeMemory() { munmap(address_, bytes_); }

bool CodeMemory::seal() { return mprotect(address_, bytes_, PROT_READ | PROT_EXEC) == 0; }

} // namespace pyvm::x64
