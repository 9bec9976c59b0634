"""The control tokens of models that fill holes: what no text of a user may act as, and where an answer ends."""

STARCODER = (
    "<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<fim_pad>", "<file_sep>", "<filename>", "<repo_name>",
    "<reponame>", "<gh_stars>", "<|endoftext|>",
)  # fmt: skip
QWEN = (
    "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>",
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|cursor|>",
)  # fmt: skip
CODELLAMA = ("<PRE>", "<SUF>", "<MID>", "<EOT>", "<s>", "</s>", "<unk>", "[INST]", "[/INST]")
_DEEPSEEK = (
    "<!fim~begin!>", "<!fim~hole!>", "<!fim~end!>", "<!begin~of~sentence!>", "<!end~of~sentence!>",
    "<!User!>", "<!Assistant!>", "<|EOT|>",
)  # fmt: skip
DEEPSEEK = tuple(token.replace("!", "\uff5c").replace("~", "\u2581") for token in _DEEPSEEK)
"""DeepSeek writes its own with a wide bar and a low block, which look like others."""
CODESTRAL = ("[PREFIX]", "[SUFFIX]", "[MIDDLE]", "[INST]", "[/INST]", "<s>", "</s>", "<unk>")
CODEGEMMA = (
    "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|file_separator|>", "<start_of_turn>", "<end_of_turn>",
    "<bos>", "<eos>",
)  # fmt: skip
GRANITE = (*STARCODER, "<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>", *QWEN[:4])
MELLUM = STARCODER
OTHERS = ("<|end|>", "<|eot_id|>", "<|user|>", "<|assistant|>", "<|system|>")

CONTROL: frozenset[str] = frozenset(
    {*STARCODER, *QWEN, *CODELLAMA, *DEEPSEEK, *CODESTRAL, *CODEGEMMA, *GRANITE, *MELLUM, *OTHERS}
)
"""All control tokens of all families."""

PLAIN = frozenset({"<s>", "<unk>", "<bos>", "<filename>", "[PREFIX]", "[SUFFIX]", "[MIDDLE]", "[INST]", "[/INST]"})
"""Those that good code may have as well: an element of HTML, a placeholder, an index."""
