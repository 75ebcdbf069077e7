#pragma once
// How many threads this process should use, and on which CPUs: the affinity mask, and the CPU quotas of the control
// groups (versions 1 and 2) that the process is in, from its own up to the root.

#include <functional>
#include <optional>
#include <sched.h>
#include <string>

namespace pyvm::scheduler {

// The CPUs that the calling thread may run on. Empty when the kernel knows more CPUs than a cpu_set_t holds.
cpu_set_t allowed_cpus();

// The text of a file, or nothing.
using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;
std::optional<std::string> read_file(const std::string& path);

// The tightest CPU quota, in CPUs (0.5 is half of one's time), or nothing if there is none. Reads /proc/self/cgroup,
// /proc/self/mountinfo and the quota files that these lead to.
std::optional<double> cgroup_cpus(const ReadFile& read);

// min(CPUs, quota to the nearest whole number), at least one. With cpus = 0 the system's count is taken.
int machine_threads(int cpus, std::optional<double> quota);

// A count of threads as users write it: a whole number from 1 to tunables::most_threads. Null, empty and everything
// else give nothing; the last with a line on standard error that names the variable.
std::optional<int> threads_from_text(const char* variable, const char* text);

} // namespace pyvm::scheduler
