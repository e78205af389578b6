"""Good rows of every family, to be broken by tests."""

import json

NOVA = "amazon.nova-lite-v1:0"
NOVA_2 = "amazon.nova-2-lite-v1:0:256k"
MICRO = "amazon.nova-micro-v1:0:128k"
LLAMA = "meta.llama3-1-8b-instruct-v1:0"
CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
CANVAS = "amazon.nova-canvas-v1:0"
LLAMA_3_3 = "meta.llama3-3-70b-instruct-v1:0"


def nova(number=0, turns=1, **more):
    messages = []
    for turn in range(turns):
        messages += [
            {"role": "user", "content": [{"text": f"Question {number}.{turn}?"}]},
            {"role": "assistant", "content": [{"text": f"Answer {number}.{turn}."}]},
        ]
    row = {
        "schemaVersion": "bedrock-conversation-2024",
        "system": [{"text": "Be kind."}],
        "messages": messages,
    }
    return {**row, **more}


def medium(kind="image", form="png", uri="s3://some-bucket/a/b.png"):
    return {kind: {"format": form, "source": {"s3Location": {"uri": uri, "bucketOwner": "111122223333"}}}}


def pair(number=0):
    return {"prompt": f"Question {number}?", "completion": f"Answer {number}."}


def claude(number=0):
    return {
        "system": "Be kind.",
        "messages": [
            {"role": "user", "content": f"Question {number}?"},
            {"role": "assistant", "content": f"Answer {number}."},
        ],
    }


def image(number=0):
    return {"image-ref": f"s3://some-bucket/images/{number}.png", "caption": f"a cat, number {number}"}


def reasoned(number=0, turns=1):
    """Nova 2: the assistant's message may also say how it came to its answer."""
    row = nova(number, turns)
    row["messages"][1]["content"].insert(
        0, {"reasoningContent": {"reasoningText": {"text": f"Because {number}."}}}
    )
    return row


MAKERS = {NOVA: nova, NOVA_2: reasoned, LLAMA: pair, LLAMA_3_3: nova, CLAUDE: claude, CANVAS: image}


def jsonl(rows, **style):
    return b"".join(json.dumps(row, **style).encode() + b"\n" for row in rows)


def good(base=NOVA, count=40):
    """Bytes of a valid file."""
    return jsonl([MAKERS[base](number) for number in range(count)])
