# peer: none
# door: cli
# exit: 1
# stderr: UnsupportedError: 'raise ... from ...' is not supported
raise KeyError("missing") from ValueError("cause")
