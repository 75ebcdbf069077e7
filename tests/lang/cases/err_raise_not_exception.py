# peer: cpython
# exit: 1
# traceback: full
raise 5
