// The main function of every Catch2 test program. As a person calls it, it is Catch2's own command line. With --tap,
// as Meson calls it, standard output carries one line in the Test Anything Protocol for each test case, so that
// `./dev test` counts cases and not programs, and Catch2's report goes to standard error.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <cstdio>

namespace {

bool print_tap = false;

// A test case runs once for each of its sections' leaves; testCaseEnded comes once, with the sum of them.
struct TapListener : Catch::TestEventListenerBase {
  using TestEventListenerBase::TestEventListenerBase;

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    TestEventListenerBase::testCaseEnded(stats);
    if (!print_tap) return;
    const char* verdict = stats.totals.testCases.failed > 0 ? "not ok" : "ok";
    std::printf("%s %d - %s\n", verdict, ++count_, stats.testInfo.name.c_str());
    std::fflush(stdout);
  }

  void testRunEnded(const Catch::TestRunStats& stats) override {
    TestEventListenerBase::testRunEnded(stats);
    if (print_tap) std::printf("1..%d\n", count_);
  }

private:
  int count_ = 0;
};

CATCH_REGISTER_LISTENER(TapListener)

} // namespace

int main(int argc, char* argv[]) {
  Catch::Session session;
  session.cli(session.cli() | Catch::clara::Opt(print_tap)["--tap"]("one TAP line a test case on standard output"));
  if (int error = session.applyCommandLine(argc, argv); error != 0) return error;
  if (print_tap) session.configData().outputFilename = "/dev/stderr";
  int failed = session.run();
  return failed > 0 ? 1 : 0;
}
