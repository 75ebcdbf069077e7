# peer: cpython
# exit: 1
# traceback: full
def f(x):
	if x:
		return 1 / x + f(x - 1)
	return 1 / x


f(1)
