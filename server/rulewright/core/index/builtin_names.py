"""Names that a language itself has: without an import they mean nothing that a workspace defines."""

import builtins

_WORDS: dict[str, str] = {
    "go": """
        any append bool byte cap clear close comparable complex complex64 complex128 copy delete error false float32
        float64 imag int int8 int16 int32 int64 iota len make max min new nil panic print println real recover rune
        string true uint uint8 uint16 uint32 uint64 uintptr
    """,
    "javascript": """
        Array ArrayBuffer BigInt Boolean Buffer DataView Date Error EvalError Function Infinity Intl JSON
        Map Math NaN Number Object Promise Proxy RangeError Reflect RegExp Set String Symbol TypeError URL
        Uint8Array WeakMap WeakSet arguments clearInterval clearTimeout console decodeURIComponent document
        encodeURIComponent exports fetch global globalThis isNaN module navigator parseFloat parseInt
        process queueMicrotask require setImmediate setInterval setTimeout structuredClone undefined window
        __dirname __filename afterAll afterEach beforeAll beforeEach describe expect it jest test vi
    """,
    "typescript": "Awaited Exclude Extract NonNullable Omit Partial Pick Readonly Record Required ReturnType",
    "rust": """
        Box Clone Copy Debug Default Drop Eq Err From Into Iterator None Ok Option Ord Result Send Some
        String Sync Vec assert assert_eq bool char dbg drop eprintln f32 f64 format i128 i16 i32 i64 i8
        isize matches panic print println str todo u128 u16 u32 u64 u8 unreachable usize vec write
    """,
    "java": """
        Boolean Byte Character Class Deprecated Double Enum Error Exception Float FunctionalInterface
        Integer Iterable Long Math Object Override Record Runnable RuntimeException SafeVarargs String
        StringBuilder SuppressWarnings System Thread Throwable Void
    """,
    "ruby": """
        Array Class Comparable Enumerable Hash Integer Kernel Module Object Proc Regexp String Struct Symbol
        Time attr_accessor attr_reader attr_writer block_given? catch extend include lambda loop p prepend
        private private_constant proc protected public puts raise require require_relative
    """,
    "elixir": """
        Agent Enum File GenServer IO Integer Kernel Keyword List Map Regex Stream String Supervisor System Task alias
        abs apply assert binding dbg def defdelegate defexception defguard defimpl defmacro defmacrop defmodule
        defoverridable defp defprotocol defstruct describe destructure div elem exit get_in hd if import inspect
        is_atom is_binary is_bitstring is_boolean is_float is_function is_integer is_list is_map is_nil is_number
        is_pid is_struct is_tuple length make_ref map_size max min node not pop_in put_in raise refute rem require
        reraise round self send setup setup_all spawn tap test then throw tl to_charlist to_string trunc unless
        update_in use
    """,
}
_WORDS["typescript"] += _WORDS["javascript"]
_WORDS["tsx"] = _WORDS["typescript"]

_NAMES = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_NAMES["python"] = frozenset(dir(builtins))


_MEMBER_WORDS: dict[str, str] = {
    "javascript": """
        apply at bind call catch charAt charCodeAt concat constructor endsWith entries every fill filter
        finally find findIndex flat flatMap forEach from hasOwnProperty includes indexOf isArray join keys
        lastIndexOf length log map match matchAll now padEnd padStart parse pop preventDefault prototype
        push reduce replace replaceAll resolve reverse shift size slice some sort splice split startsWith
        stringify substring test then toFixed toISOString toLowerCase toString toUpperCase trim trimEnd
        trimStart unshift values
    """,
    "ruby": """
        all? any? to not_to describe class collect compact count detect dup each each_with_index
        each_with_object empty? find first flatten freeze gsub include? inject inspect is_a? join keys last
        length map merge nil? none? pop push reduce reject respond_to? reverse select send shift size sort
        sort_by split strip sub sum tap times to_a to_h to_i to_s to_sym uniq values zip
    """,
    "java": """
        add addAll collect compareTo contains containsKey entrySet equals filter forEach get getClass
        hashCode isEmpty isPresent iterator keySet length map of orElse orElseThrow println put remove size
        stream substring toArray toList toString trim valueOf values
    """,
    "rust": """
        as_mut as_ref as_str borrow clone cloned cmp collect contains contains_key eq err expect extend
        filter find first flat_map fmt fold get get_mut insert into into_iter is_empty is_err is_none is_ok
        is_some iter iter_mut keys last len lock map map_err next ok ok_or parse pop push push_str remove
        rev split sum take to_owned to_string to_vec trim unwrap unwrap_or unwrap_or_default unwrap_or_else
        values zip
    """,
}
_MEMBER_WORDS["typescript"] = _MEMBER_WORDS["tsx"] = _MEMBER_WORDS["javascript"]
_MEMBERS = {language: frozenset(words.split()) for language, words in _MEMBER_WORDS.items()}
_MEMBERS["python"] = frozenset(
    name for kind in (str, bytes, list, dict, set, tuple, int, float, Exception) for name in dir(kind)
)


def is_builtin_member(language: str, name: str) -> bool:
    """Whether strings, lists and the like have a member of this name, so that it alone says nothing."""
    return name in _MEMBERS.get(language, ())


def is_builtin(language: str, name: str) -> bool:
    """Whether the language itself has this name."""
    return name in _NAMES.get(language, ())
