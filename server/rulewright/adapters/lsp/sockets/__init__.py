"""The language server on a socket: several clients of one node, each with a session of its own.

`node` lets clients in and serves them, `channel` carries messages over TCP and WebSocket, `connect` joins an editor
that only knows standard input and output to a node.
"""
