// Affinity masks, control groups, thread counts from the environment.
//
// /proc/self/cgroup has a line "hierarchy:controllers:path" for each hierarchy; version 2's is "0::path". mountinfo
// tells where hierarchies are mounted and which of their folders is the mount's root (in a container, often the
// container's own), so path P with mount root R at M is M + (P without R). Quotas are cpu.max ("quota period", "max"
// for none) in version 2, cpu.cfs_quota_us (-1 for none) and cpu.cfs_period_us in version 1.

#include "scheduler/topology.h"

#include "scheduler/tunables.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

namespace pyvm::scheduler {

namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

bool lists(const std::string& names, const char* name) {
  const std::vector<std::string> all = split(names, ',');
  return std::find(all.begin(), all.end(), name) != all.end();
}

struct Mount {
  std::string root;  // the hierarchy's folder that is mounted
  std::string point; // where
};

// The mount of version 2, or of version 1's hierarchy with the controller `cpu`.
std::optional<Mount> find_mount(const std::string& mountinfo, bool version_2) {
  for (const std::string& line : split(mountinfo, '\n')) {
    // id parent major:minor root point options [tags] - type source super-options
    const std::size_t dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    const std::vector<std::string> before = split(line.substr(0, dash), ' ');
    const std::vector<std::string> after = split(line.substr(dash + 3), ' ');
    if (before.size() < 5 || after.size() < 3) continue;
    const bool matches = version_2 ? after[0] == "cgroup2" : after[0] == "cgroup" && lists(after[2], "cpu");
    if (matches) return Mount{before[3], before[4]};
  }
  return std::nullopt;
}

std::optional<double> quotient(const std::string& quota, const std::string& period) {
  const double numerator = std::strtod(quota.c_str(), nullptr); // "max" gives 0, none in version 1 is -1
  const double denominator = std::strtod(period.c_str(), nullptr);
  if (numerator <= 0 || denominator <= 0) return std::nullopt;
  return numerator / denominator;
}

std::optional<double> quota_of(const std::string& folder, bool version_2, const ReadFile& read) {
  if (version_2) {
    const std::vector<std::string> words = split(read(folder + "/cpu.max").value_or(""), ' ');
    return words.size() == 2 ? quotient(words[0], words[1]) : std::nullopt;
  }
  return quotient(read(folder + "/cpu.cfs_quota_us").value_or(""), read(folder + "/cpu.cfs_period_us").value_or(""));
}

std::optional<double> tighter(std::optional<double> a, std::optional<double> b) {
  return a && b ? std::min(*a, *b) : a ? a : b;
}

// The tightest quota from a group up to the mount's root.
std::optional<double> quota_on_the_way_up(const Mount& mount, std::string path, bool version_2, const ReadFile& read) {
  const std::string& root = mount.root == "/" ? std::string() : mount.root;
  if (path.compare(0, root.size(), root) == 0)
    path.erase(0, root.size());
  else
    path.clear(); // The group lies outside of what is mounted here; the mount's root is the best that can be seen.
  std::optional<double> tightest;
  for (;;) {
    while (!path.empty() && path.back() == '/') path.pop_back();
    tightest = tighter(tightest, quota_of(mount.point + path, version_2, read));
    if (path.empty()) return tightest;
    path.erase(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
  }
}

} // namespace

cpu_set_t allowed_cpus() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  if (sched_getaffinity(0, sizeof cpus, &cpus) != 0) CPU_ZERO(&cpus);
  return cpus;
}

std::optional<std::string> read_file(const std::string& path) {
  // Not by a stream: a process's first one costs more than all of this.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  std::string text;
  char part[4096];
  for (ssize_t got; (got = read(file, part, sizeof part)) > 0;) text.append(part, static_cast<std::size_t>(got));
  close(file);
  return text;
}

std::optional<double> cgroup_cpus(const ReadFile& read) {
  const std::string mountinfo = read("/proc/self/mountinfo").value_or("");
  std::optional<double> tightest;
  for (const std::string& line : split(read("/proc/self/cgroup").value_or(""), '\n')) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool version_2 = controllers.empty();
    if (!version_2 && !lists(controllers, "cpu")) continue;
    if (const std::optional<Mount> mount = find_mount(mountinfo, version_2))
      tightest = tighter(tightest, quota_on_the_way_up(*mount, line.substr(second + 1), version_2, read));
  }
  return tightest;
}

int machine_threads(int cpus, std::optional<double> quota) {
  if (cpus <= 0) cpus = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  // Rounded down, 1.9 CPUs would lose half; rounded up, 1.1 would be throttled most of the time.
  const double threads = std::min<double>(cpus, quota ? std::round(*quota) : cpus);
  return std::clamp(static_cast<int>(threads), 1, tunables::most_threads);
}

std::optional<int> threads_from_text(const char* variable, const char* text) {
  if (text == nullptr || *text == '\0') return std::nullopt;
  int threads = 0;
  const char* end = text + std::strlen(text);
  const auto [stopped_at, error] = std::from_chars(text, end, threads);
  if (error == std::errc() && stopped_at == end && threads >= 1 && threads <= tunables::most_threads) return threads;
  std::fprintf(stderr, "pyvm: %s='%s' is not a whole number from 1 to %d; it is ignored\n", variable, text,
               tunables::most_threads);
  return std::nullopt;
}

} // namespace pyvm::scheduler
