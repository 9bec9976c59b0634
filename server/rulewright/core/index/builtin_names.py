"""Names that a language itself has: without an import they mean nothing that a workspace defines."""

import builtins

_WORDS: dict[str, str] = {
    "go": """
        any append bool byte cap clear close comparable complex complex64 complex128 copy delete error false float32
        float64 imag int int8 int16 int32 int64 iota len make max min new nil panic print println real recover rune
        string true uint uint8 uint16 uint32 uint64 uintptr
    """,
    "javascript": """
        Array ArrayBuffer BigInt Boolean Buffer DataView Date Error EvalError Function Infinity Intl JSON Map Math NaN
        Number Object Promise Proxy RangeError Reflect RegExp Set String Symbol TypeError URL Uint8Array WeakMap
        WeakSet arguments clearInterval clearTimeout console decodeURIComponent document encodeURIComponent exports
        fetch global globalThis isNaN module navigator parseFloat parseInt process queueMicrotask require setImmediate
        setInterval setTimeout structuredClone undefined window
    """,
    "typescript": "Awaited Exclude Extract NonNullable Omit Partial Pick Readonly Record Required ReturnType",
    "rust": """
        Box Clone Copy Debug Default Drop Eq Err From Into Iterator None Ok Option Ord Result Send Some String Sync Vec
        assert assert_eq bool char dbg drop eprintln f32 f64 format i128 i16 i32 i64 i8 isize matches panic print
        println str todo u128 u16 u32 u64 u8 unreachable usize vec write
    """,
    "java": """
        Boolean Byte Character Class Deprecated Double Enum Error Exception Float FunctionalInterface Integer Iterable
        Long Math Object Override Record Runnable RuntimeException SafeVarargs String StringBuilder SuppressWarnings
        System Thread Throwable Void
    """,
    "ruby": """
        Array Class Comparable Enumerable Hash Integer Kernel Module Object Proc Regexp String Struct Symbol Time
        attr_accessor attr_reader attr_writer block_given? catch extend include lambda loop p prepend private
        private_constant proc protected public puts raise require require_relative
    """,
    "elixir": """
        Agent Enum File GenServer IO Integer Kernel Keyword List Map Regex Stream String Supervisor System Task alias
        def defmacro defmodule defp defstruct import raise require self send spawn use
    """,
}
_WORDS["typescript"] += _WORDS["javascript"]
_WORDS["tsx"] = _WORDS["typescript"]

_NAMES = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_NAMES["python"] = frozenset(dir(builtins))


def is_builtin(language: str, name: str) -> bool:
    """Whether the language itself has this name."""
    return name in _NAMES.get(language, ())
