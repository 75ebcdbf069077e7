// A program that uses nothing: linking it with one whole library is the test (meson.build), running it only shows that
// the library's static initialisers do no harm.
int main() { return 0; }
