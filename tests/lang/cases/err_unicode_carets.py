# peer: cpython
# exit: 1
# traceback: full
größe = 0
text = "äöü日本" + str(1 // größe) + "é"
