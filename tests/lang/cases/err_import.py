# peer: cpython
# exit: 1
# traceback: full
print("start")
import no_such_module
