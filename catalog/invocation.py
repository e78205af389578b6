"""Which id an application passes to call a model. Resolved here and nowhere else. Pure."""

from catalog.facts import Kind, Platform

# Cross-region profiles are named `<area>.<model id>`. One of the account's own area keeps data nearer than `global`,
# so it is preferred; "global" last. Amazon Bedrock user guide, "Inference profiles", read 2026-11-22.
_LAST_AREA = "global."


def platform_invocation_id(
    *,
    platform: Platform,
    kind: Kind,
    external_id: str,
    inference_types: tuple[str, ...],
    inference_profiles: tuple[str, ...],
) -> str:
    """Return the id the platform itself answers to, or "" when the model can't be called as it is.

    On-demand id first, else an inference profile id; OpenAI models (fine-tunes too) are called by their own id.
    A custom Bedrock model can only be called through its throughput or deployment: that ARN is kept apart.
    """
    if platform == Platform.OPENAI:
        return external_id
    if kind != Kind.BASE:
        return ""
    if "ON_DEMAND" in inference_types:
        return external_id
    if inference_profiles:
        return min(inference_profiles, key=lambda profile: (profile.startswith(_LAST_AREA), profile))
    return ""
