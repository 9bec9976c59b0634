"""What was found for a question, ranked also by meaning: off unless the user names a model for it.

Vectors are not kept: what is asked for is what was found, some dozens of definitions, and the provider is behind the
gate like every other.
"""

import msgspec

from rulewright.core.models import ModelError, ModelProvider, Part
from rulewright.core.retrieve.found import Context, parts_of
from rulewright.core.retrieve.meaning import closest, fused_by_meaning


async def ranked_by_meaning(context: Context, question: str, provider: ModelProvider, root: str) -> Context:
    """The pieces in an order that meaning has a part in; as they were, with a remark, where the model cannot say."""
    if len(context.pieces) < 2:  # noqa: PLR2004 - one is in order
        return context
    try:
        answer = await provider.embed(root, (Part(question), *parts_of(context)))
    except ModelError as error:
        return _remarked(context, f"The definitions are not ranked by meaning: {error}")
    vectors = answer.vectors
    if len(vectors) != len(context.pieces) + 1 or vectors[0] is None:
        return _remarked(context, f"The definitions are not ranked by meaning: {provider.name} gave no vectors.")
    return fused_by_meaning(context, closest(vectors[0], vectors[1:]))


def _remarked(context: Context, remark: str) -> Context:
    return msgspec.structs.replace(context, remarks=(*context.remarks, remark))
