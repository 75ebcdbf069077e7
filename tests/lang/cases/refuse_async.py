# peer: none
# door: cli
# exit: 1
# stderr: UnsupportedError: 'async def' is not supported
async def f():
    pass
