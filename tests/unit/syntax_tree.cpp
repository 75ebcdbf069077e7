// The program pyvm-syntax-tree, for tests/python/test_syntax_peer.py: prints the syntax tree of a file as pyvm sees it
// (with --attributes, with places), or the syntax error on standard error, as CPython prints both.

#include "vm/support/syntax_error.h"
#include "vm/syntax/dump.h"
#include "vm/syntax/parser.h"

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

int main(int argc, char* argv[]) {
  bool attributes = argc == 3 && std::string(argv[1]) == "--attributes";
  if (argc != 2 && !attributes) {
    std::fprintf(stderr, "usage: pyvm-syntax-tree [--attributes] FILE\n");
    return 2;
  }
  std::string path = argv[argc - 1];
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  try {
    auto module = pyvm::syntax::parse_module(pyvm::SourceText::from_bytes(path, bytes.str()));
    std::printf("%s\n", pyvm::syntax::dump(*module, attributes).c_str());
  } catch (const pyvm::SyntaxError& error) {
    std::fprintf(stderr, "%s", error.format().c_str());
    return 1;
  }
  return 0;
}
